"""Recipes that run at once over a whole build: counted as they meet, under real makes."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.build.meeting import meeting
from tests.build.project import BUILT, UP_TO_DATE, Project, function, template

PARALLEL = "BuildProperties: {Parallel: true}"
MEETING = """\
build-%: one-% two-% three-% four-%
	@echo built > $(ARTIFACTS_DIR)/done
one-%:
	@$(MEET)
two-%:
	@$(MEET)
three-%:
	@$(MEET)
four-%:
	@$(MEET)
"""
TELLING = """\
build-%:
	@echo "$${MAKEFLAGS-none}" > $(ARTIFACTS_DIR)/make
	@echo "$${CARGO_MAKEFLAGS-none}" > $(ARTIFACTS_DIR)/cargo
	@echo "$$STAGE" > $(ARTIFACTS_DIR)/stage
"""
THIEF = """
import os, re, signal
reading = int(re.search("auth=([0-9]+)", os.environ["CARGO_MAKEFLAGS"])[1])
for _ in range(2):
    os.read(reading, 1)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project")


def meeting_project(project: Project, targets: int, metadata: str = PARALLEL) -> None:
    functions = {f"F{number}": function(metadata=metadata) for number in range(targets)}
    project.write({"template.yaml": template(**functions), "src/Makefile": MEETING})


def engine(project: Project, *options: str) -> str:
    """The shell command of a build."""
    store = ["--cache-dir", str(project.store)]
    return shlex.join([sys.executable, "-m", "engine", "build", *store, *options])


def outer_make(project: Project, makefile: str, jobs: int, **environ: str) -> None:
    """Run make beside the template, which runs the engine."""
    project.write({"outer.mk": makefile})
    subprocess.run(
        ["make", f"-j{jobs}", "-f", "outer.mk", "all"],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), **environ},
        check=True,
        timeout=300,
    )


def told(project: Project, name: str) -> str:
    """What the recipe of `TELLING` was told."""
    return (project.artifact("Fn") / name).read_text().strip()


@pytest.mark.parametrize(("targets", "jobs"), [(1, 3), (3, 1), (3, 2), (3, 3), (5, 3), (2, 8)])
def test_recipes_of_all_targets_share_the_jobs(project: Project, targets: int, jobs: int) -> None:
    meeting_project(project, targets)
    with meeting(slots=jobs, visitors=4 * targets) as place:
        states = project.build({"MEET": place.command}, jobs=jobs)
    assert set(states.values()) == {BUILT}
    assert (place.most, place.left) == (jobs, 4 * targets)


def test_serial_targets_take_one_slot_each(project: Project) -> None:
    meeting_project(project, 3, metadata="")
    with meeting(slots=1, visitors=12) as place:
        states = project.build({"MEET": place.command}, jobs=3)
    assert set(states.values()) == {BUILT}
    assert place.most <= 3
    assert place.left == 12


def test_a_parallel_target_uses_what_serial_ones_leave(project: Project) -> None:
    meeting_project(project, 1)
    serial = "build-%:\n\t@$(MEET)\n\t@echo built > $(ARTIFACTS_DIR)/done\n"
    functions = {"Many": function(metadata=PARALLEL), "One": function("serial"), "Two": function("serial")}
    project.write({"template.yaml": template(**functions), "serial/Makefile": serial})
    with meeting(slots=4, visitors=6) as place:
        states = project.build({"MEET": place.command}, jobs=4)
    assert set(states.values()) == {BUILT}
    assert (place.most, place.left) == (4, 6)


def test_the_slots_are_those_of_an_outer_make(project: Project) -> None:
    meeting_project(project, 2)
    build = engine(project, "--jobs", "8")
    with meeting(slots=3, visitors=10) as place:
        outer_make(
            project, f"all: left right build\nleft right:\n\t$(MEET)\nbuild:\n\t+{build}\n", 3, MEET=place.command
        )
    assert (place.most, place.left) == (3, 10)


def test_an_outer_make_that_keeps_its_slots_is_none(project: Project) -> None:
    meeting_project(project, 2)
    with meeting(slots=2, visitors=8) as place:
        outer_make(project, f"all:\n\t{engine(project, '--jobs', '2')}\n", 5, MEET=place.command)
    assert (place.most, place.left) == (2, 8)


def test_an_outer_make_has_all_its_slots_again(project: Project) -> None:
    """After builds with many targets, one that fails among them, the outer make runs as many recipes as before."""
    meeting_project(project, 3)
    build = engine(project, "--jobs", "8", "--keep-going")
    project.write({"src/Makefile": "build-%:\n\ttrue\nbuild-F1:\n\tfalse\n"})
    rest = "one two three four"
    with meeting(slots=4, visitors=4) as place:
        outer_make(project, f"all: {rest}\n{rest}: build\n\t$(MEET)\nbuild:\n\t+! {build}\n", 4, MEET=place.command)
    assert (place.most, place.left) == (4, 4)


def test_tokens_of_a_killed_client_come_back(project: Project) -> None:
    meeting_project(project, 1)
    functions = {
        "Bad": function("bad"),
        "Good": function(metadata="BuildProperties: {Parallel: true, DependsOn: [Bad]}"),
    }
    thief = shlex.join([sys.executable, "thief.py"])
    project.write(
        {
            "template.yaml": template(**functions),
            "bad/Makefile": f"build-Bad:\n\t{thief}; echo $$? > $(ARTIFACTS_DIR)/code\n",
            "bad/thief.py": THIEF,
        }
    )
    with meeting(slots=3, visitors=4) as place:
        assert project.build({"MEET": place.command}, jobs=3) == {"Bad": BUILT, "Good": BUILT}
    assert (project.artifact("Bad") / "code").read_text() == "137\n"
    assert (place.most, place.left) == (3, 4)


def test_make_is_told_nothing_and_cargo_of_the_pool(project: Project) -> None:
    project.write({"template.yaml": template(Fn=function()), "src/Makefile": TELLING})
    project.build(jobs=3)
    assert told(project, "make") in ("", "none")
    assert told(project, "cargo").startswith("-j3 --jobserver-fds=")


def test_flags_for_make_that_count_stay_with_a_parallel_one(project: Project) -> None:
    project.write({"template.yaml": template(Fn=function(metadata=PARALLEL)), "src/Makefile": TELLING})
    project.build({"MAKEFLAGS": "k -j7 -r -- STAGE=prod"}, jobs=3)
    assert told(project, "stage") == "prod"
    assert "--jobserver-auth=" in told(project, "make")
    assert "-j3" in told(project, "make")


def test_without_a_jobserver_nobody_is_told_of_one(project: Project) -> None:
    project.write({"template.yaml": template(Fn=function(metadata=PARALLEL)), "src/Makefile": TELLING})
    stale = {"MAKEFLAGS": " -j4 --jobserver-auth=98,99", "CARGO_MAKEFLAGS": "-j4 --jobserver-auth=98,99"}
    project.build(stale, jobs=3, jobserver=False)
    assert told(project, "make") in ("", "none")
    assert told(project, "cargo") == "none"


def test_without_a_jobserver_targets_run_at_once_still(project: Project) -> None:
    meeting_project(project, 2)
    project.write({"src/Makefile": "build-%:\n\t$(MEET)\n"})
    with meeting(slots=2, visitors=2) as place:
        project.build({"MEET": place.command}, jobs=2, jobserver=False)
    assert (place.most, place.left) == (2, 2)


def test_a_pool_that_cannot_be_made_is_a_warning(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted", path)

    meeting_project(project, 2)
    monkeypatch.setattr(os, "mkfifo", refuse)
    project.write({"src/Makefile": "build-%:\n\t$(MEET)\n"})
    with meeting(slots=2, visitors=2) as place:
        assert set(project.build({"MEET": place.command}, jobs=2).values()) == {BUILT}
    assert (place.most, place.left) == (2, 2)
    assert [text for text in project.warnings if "job slots cannot be shared" in text]


def test_no_slot_is_part_of_a_key(project: Project) -> None:
    declared = "BuildProperties: {Environment: ['*MAKE*']}"
    project.write({"template.yaml": template(Fn=function(metadata=declared)), "src/Makefile": TELLING})
    assert project.build(jobs=2) == {"Fn": BUILT}
    stale = {"CARGO_MAKEFLAGS": "-j4 --jobserver-auth=98,99", "MAKEFLAGS": " -j4 --jobserver-auth=98,99"}
    assert project.build(stale, jobs=5, jobserver=False) == {"Fn": UP_TO_DATE}
    project.write({"template.yaml": template(Fn=function(metadata=declared.replace("}", ", Parallel: true}")))})
    assert project.build(jobs=4) == {"Fn": UP_TO_DATE}
