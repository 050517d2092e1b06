"""The situations that a build is measured in, and what each does to the workspace before the clock starts."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.contestant import Contestant
from benchmarks.generate import Shape
from benchmarks.timing import Measurement

BRANCH_SHARE = 10
"""A branch changes every tenth function."""


def _build(contestant: Contestant, jobs: int) -> Measurement:
    return contestant.build(jobs)


class Scenario(NamedTuple):
    """One row of the table."""

    name: str
    title: str
    jobs: int
    prepare: Callable[[Contestant, int], None]
    """Called with the number of the round, unmeasured."""
    floors: tuple[str, ...]
    """Names of the floors that bound it from below."""
    measured: Callable[[Contestant, int], Measurement] = _build
    """Called with the job count."""

    def suits(self, shape: Shape) -> bool:
        """Whether the monorepo has what the scenario changes."""
        return self.name != "library" or shape.depends


def _reset(contestant: Contestant, _round: int) -> None:
    contestant.subject.reset(contestant.workspace)


def _leave(_contestant: Contestant, _round: int) -> None:
    pass


def _edit_one(contestant: Contestant, number: int) -> None:
    functions = contestant.workspace.monorepo.functions
    contestant.edit(functions[(number * 7) % len(functions)], f"edit {number}")


def _edit_library(contestant: Contestant, number: int) -> None:
    contestant.edit(contestant.workspace.monorepo.layers[0], f"edit {number}")


def _delete_outputs(contestant: Contestant, _round: int) -> None:
    contestant.subject.delete_outputs(contestant.workspace)


def _touch(contestant: Contestant, _round: int) -> None:
    """Sources only: what a tool keeps in the project is its own."""
    project, monorepo = contestant.workspace.project, contestant.workspace.monorepo
    os.utime(project / "template.yaml")
    for code_dir in {unit.code_dir for unit in monorepo.units}:
        for folder, _, files in os.walk(project / code_dir):
            for name in files:
                os.utime(Path(folder, name))


def _branch(contestant: Contestant, _round: int) -> None:
    changed = contestant.workspace.monorepo.functions[::BRANCH_SHARE]
    before = {unit.name: contestant.versions.get(unit.name, "") for unit in changed}
    for unit in changed:
        contestant.edit(unit, "other branch")
    contestant.build(os.cpu_count() or 1)
    for unit in changed:
        contestant.edit(unit, before[unit.name])


def _tell_version(contestant: Contestant, _jobs: int) -> Measurement:
    return contestant.tell_version()


def scenarios(jobs: int) -> tuple[Scenario, ...]:
    """Every scenario; `jobs` is the job count of those that are not about it.

    The one that touches everything comes last: an index of git that it made stale would slow the others down.
    """
    return (
        Scenario("version", "`--version`", jobs, _leave, ("python",), _tell_version),
        Scenario("cold-2", "cold, 2 jobs", 2, _reset, ("hash", "cp")),
        Scenario("cold-8", "cold, 8 jobs", 8, _reset, ("hash", "cp")),
        Scenario("nothing", "nothing to do", jobs, _leave, ("python", "git")),
        Scenario("edit", "one file edited", jobs, _edit_one, ("git", "make")),
        Scenario("restore", "outputs deleted", jobs, _delete_outputs, ("cp", "cp-al")),
        Scenario("branch", "branch there and back", jobs, _branch, ("git", "cp")),
        Scenario("library", "one input of a shared layer edited", jobs, _edit_library, ("git", "make")),
        Scenario("touch", "all mtimes changed", jobs, _touch, ("hash", "git")),
    )
