"""The table of what is reached: every limit compared with what was measured, and nothing made up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generate import Shape
from benchmarks.reach import Reach, main, markdown, rows

Times = Mapping[str, Sequence[float]]


def study(shape: Shape, **scenarios: Times) -> dict[str, Any]:
    """A study whose subjects took these seconds; each process held a megabyte for each second."""
    return {
        "shape": shape._asdict(),
        "scenarios": {
            name.replace("_", "-"): {
                "subjects": {who: [{"wall_s": s, "max_rss_bytes": s * 1e6} for s in took] for who, took in row.items()},
                "floors": {},
            }
            for name, row in scenarios.items()
        },
    }


def reached(*studies: dict[str, Any]) -> dict[str, Reach]:
    return {f"{row.scenario}: {row.unit}": row for row in rows({"studies": list(studies)})}


def value(row: Reach) -> float:
    assert row.measured is not None
    return row.measured.value


LARGE = Shape(1000, 20)


def test_nothing_is_made_up() -> None:
    assert {row.measured for row in reached().values()} == {None}
    assert {row.met for row in reached().values()} == {None}
    assert markdown({"studies": []}).count("| not measured |") == len(reached())


def test_ratio_is_the_median_within_rounds() -> None:
    row = reached(study(LARGE, nothing={"engine": [2, 30, 8], "git": [1, 10, 4]}))[
        "nothing to do, 1000x20: x `git status`"
    ]
    assert (value(row), row.met) == (2, True)


def test_other_shapes_do_not_count() -> None:
    nothing = {"engine": [2.0], "git": [1.0]}
    for shape in (LARGE._replace(layers=1), LARGE._replace(files=21), LARGE._replace(seed=2)):
        assert reached(study(shape, nothing=nothing))["nothing to do, 1000x20: x `git status`"].measured is None


def test_best_peer_is_the_one_that_took_the_least() -> None:
    found = reached(study(LARGE, nothing={"engine": [1], "turbo": [10], "bazel": [4], "ninja": [0.1]}))
    row = found["nothing to do, 1000x20: x best content peer"]
    assert (value(row), row.met) == (0.25, False)
    assert row.measured is not None
    assert row.measured.detail == "1,000 ms, bazel 4,000 ms"


@pytest.mark.parametrize(("took", "met"), [(5.9, True), (6.1, False)])
def test_edit_is_what_lies_beyond_nothing_to_do(took: float, met: bool) -> None:
    edited = study(LARGE, nothing={"engine": [3, 3]}, edit={"engine": [took, took], "make": [1, 1]})
    row = reached(edited)["one edit, beyond nothing to do, 1000x20: x that `make`"]
    assert row.met is met
    assert value(row) == pytest.approx(took - 3)


def test_hard_links_have_a_row_of_their_own() -> None:
    restored = {"engine": [9], "engine hardlink": [2], "cp": [6], "cp-al": [1]}
    found = reached(study(LARGE, restore=restored))
    assert value(found["restore, 1000x20: x `cp -r`"]) == 1.5
    assert value(found["restore by hard links, 1000x20: x `cp -al`"]) == 2


def test_work_is_compared_with_xargs() -> None:
    row = reached(study(Shape(stages=5), cold_8={"engine": [21, 21], "xargs -P": [20, 20]}))
    assert value(row["cold, 8 jobs, gcc works: x `xargs -P8`"]) == pytest.approx(1.05)


def test_scaling_compares_two_sizes() -> None:
    sizes = (
        study(shape, nothing={"engine": took})
        for shape, took in ((LARGE, [1.0, 2.0, 3.0]), (Shape(10_000, 20), [26.0]))
    )
    row = reached(*sizes)["nothing to do, 10,000x20: x 1000x20"]
    assert (value(row), row.met) == (13, False)


def test_memory_is_the_largest_of_all_builds() -> None:
    row = reached(study(LARGE, cold_8={"engine": [100, 119]}, nothing={"engine": [50]}))["peak memory, 1000x20: MB"]
    assert (value(row), row.met) == (119, True)


def test_what_is_not_reached_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results.json"
    results.write_text(json.dumps({"studies": [study(Shape(), version={"engine": [3], "python": [1]})]}))
    assert main([str(results)]) == 0
    row = "| `engine --version` | 2.5 x `python -c pass` | 3 | 3,000 ms, python 1,000 ms | **no** |"
    assert row in capsys.readouterr().out.splitlines()


def test_absent_results_are_one_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(tmp_path / "absent.json")])
    assert ended.value.code == 2
    assert "absent.json" in capsys.readouterr().err
