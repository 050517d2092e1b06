"""What builds remember of make runs, and how it decides what starts in the next."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest

from engine.plan import trace
from engine.plan.estimates import Expected
from engine.run.events import BuildStarted
from engine.run.memory import maximum_resident_bytes
from tests.build.project import BUILT, FAILED, RESTORED, Project, function, template

NAMES = ("A", "B", "C")


def expected(project: Project) -> dict[str, Expected]:
    return next(dict(event.expected) for event in project.events if isinstance(event, BuildStarted))


@pytest.fixture
def three(project: Project) -> Project:
    project.write(
        {
            "template.yaml": template(
                A=function(), B=function(metadata="BuildProperties: {DependsOn: [A]}"), C=function("other")
            ),
            "src/Makefile": "build-%:\n\techo $@ > $(ARTIFACTS_DIR)/file\n",
            "other/Makefile": "build-%:\n\techo $@ > $(ARTIFACTS_DIR)/file\n",
        }
    )
    return project


def test_nothing_is_expected_of_a_first_build(three: Project) -> None:
    assert three.build() == dict.fromkeys(NAMES, BUILT)
    assert expected(three) == {}


def test_the_next_build_expects_what_the_last_one_took(three: Project) -> None:
    three.build()
    seconds = trace.load(str(three.state_dir)).seconds
    three.build(use_cache=False)
    both = seconds["B"] + seconds["A"]
    assert expected(three) == {
        "A": Expected(seconds["A"], both),
        "B": Expected(seconds["B"], seconds["B"]),
        "C": Expected(seconds["C"], seconds["C"]),
    }


def test_a_new_target_is_expected_to_take_what_its_like_took(three: Project) -> None:
    three.build()
    seconds = trace.load(str(three.state_dir)).seconds
    resources = {name: function() for name in ("A", "B")}
    three.write({"template.yaml": template(**resources, C=function("other"), New=function("other"))})
    three.build(resources=("New",))
    assert expected(three) == {"New": Expected(seconds["C"], seconds["C"])}


def test_what_another_checkout_built_is_expected_to_take_as_long_here(three: Project, tmp_path: Path) -> None:
    three.build()
    seconds = trace.load(str(three.state_dir)).seconds
    other = Project(tmp_path / "elsewhere", three.store)
    other.write({path.relative_to(three.root).as_posix(): path.read_text() for path in files(three.root)})
    assert other.build() == dict.fromkeys(NAMES, RESTORED)
    other.build(use_cache=False)
    assert {name: row.seconds for name, row in expected(other).items()} == pytest.approx(seconds, abs=0.01)


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and ".aws-sam" not in path.parts]


def much_bytes() -> int:
    """More than this process ever had: what is less is not told apart from it."""
    return maximum_resident_bytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) + (96 << 20)


@pytest.fixture
def hungry(project: Project) -> Project:
    """Three targets with much memory that fail when they run together."""
    project.write(
        {
            "template.yaml": template(**{name: function() for name in NAMES}),
            "src/Makefile": f"build-%:\n\tmkdir {project.root}/alone\n"
            f"\t{sys.executable} -c 'held = bytearray({much_bytes()})'\n"
            f"\trmdir {project.root}/alone\n\techo made > $(ARTIFACTS_DIR)/file\n",
        }
    )
    return project


def test_the_peak_of_a_run_is_remembered(hungry: Project) -> None:
    least = much_bytes()
    hungry.build(resources=("A",), jobs=1)
    assert trace.load(str(hungry.state_dir)).memory_bytes["A"] >= least


def test_the_peak_of_a_failed_run_too(hungry: Project) -> None:
    least = much_bytes()
    with (hungry.root / "src/Makefile").open("a") as file:
        file.write("\tfalse\n")
    assert hungry.build(resources=("A",), jobs=1) == {"A": FAILED}
    assert trace.load(str(hungry.state_dir)).memory_bytes["A"] >= least


def test_targets_that_do_not_fit_together_do_not_run_together(hungry: Project) -> None:
    assert hungry.build(jobs=1) == dict.fromkeys(NAMES, BUILT)
    least = min(trace.load(str(hungry.state_dir)).memory_bytes.values())
    for limit in (2 * least - 1, 1):
        assert hungry.build(jobs=3, use_cache=False, memory_limit_bytes=limit) == dict.fromkeys(NAMES, BUILT)
