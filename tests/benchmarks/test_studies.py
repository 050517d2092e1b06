"""What is measured on which monorepo."""

from __future__ import annotations

from benchmarks.generate import Shape
from benchmarks.scenarios import scenarios
from benchmarks.studies import SCALING_FUNCTIONS, library, sizes, work
from benchmarks.subjects.registry import subjects

ROWS = scenarios(8)
SUBJECTS = subjects()


def named(shape: Shape, *, chosen: bool = False) -> list[str]:
    return [scenario.name for scenario in sizes(shape, ROWS, SUBJECTS, chosen=chosen).scenarios]


def test_a_layer_is_edited_only_where_functions_read_it() -> None:
    assert "library" not in named(Shape())
    assert "library" not in named(Shape(layers=2))
    assert named(Shape(layers=2, depends=True)) == [row.name for row in ROWS]


def test_the_largest_monorepos_are_measured_in_part() -> None:
    large = Shape(functions=SCALING_FUNCTIONS)
    assert named(large) == ["cold-8", "nothing"]
    assert named(large, chosen=True) == named(Shape())
    study = sizes(large, ROWS, SUBJECTS, chosen=False)
    assert [study.rounds(row, 7) for row in study.scenarios] == [1, 7]
    assert {sizes(Shape(), ROWS, SUBJECTS, chosen=False).rounds(row, 7) for row in ROWS} == {7}


def test_library_and_work_have_what_they_are_about() -> None:
    shared = library(ROWS, SUBJECTS)
    assert [row.name for row in shared.scenarios] == ["library"]
    assert shared.scenarios[0].suits(shared.shape)
    compiled = work(ROWS, SUBJECTS)
    assert [row.name for row in compiled.scenarios] == ["cold-8"]
    assert compiled.shape.compiled_every == 1
    assert compiled.shape.stages > 0
    assert {"engine", "xargs -P"} <= {subject.name for subject in compiled.subjects}


def test_rows_that_were_not_chosen_stay_out() -> None:
    assert library(ROWS[:1], SUBJECTS).scenarios == ()
