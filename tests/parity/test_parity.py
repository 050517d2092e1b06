"""`engine build` leaves what `sam build` leaves."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.parity.case import Case, Difference
from tests.parity.compare import (
    artifact_dirs,
    excused,
    stdout_differences,
    tree_differences,
    without_build_dir,
)
from tests.parity.corpus import CASES
from tests.parity.sam import CHECKOUT
from tests.parity.side import Run

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.replace(" ", "-"))


@each_case
def test_sam_build_does_what_the_case_says(case: Case, sam_runs: dict[str, Run]) -> None:
    run = sam_runs[case.name]
    assert run.exit_code == case.exit_code, run.stderr
    assert_builds(case, run, case.builds)
    assert_says(run, case.says)


@each_case
def test_engine_build_does_the_same(case: Case, sam_runs: dict[str, Run], run_engine: Callable[[Case], Run]) -> None:
    check(case, sam_runs[case.name], run_engine(case))


@pytest.mark.parametrize("row", sorted({case.differs.row for case in CASES if case.differs is not None}))
def test_each_deliberate_difference_is_documented(row: str) -> None:
    assert f"\n| {row} | " in (CHECKOUT / "docs/sam-compatibility.md").read_text(encoding="utf-8")


def check(case: Case, theirs: Run, ours: Run) -> None:
    """Ours is as sam's but for the case's deliberate difference."""
    differs = case.differs or Difference("")
    assert ours.exit_code == (case.exit_code if differs.exit_code is None else differs.exit_code), ours.stderr
    assert_builds(case, ours, case.builds if differs.builds is None else differs.builds)
    assert_says(ours, case.says if differs.says is None else differs.says)
    assert not ours.scratch, ours.scratch
    if ours.exit_code == theirs.exit_code:
        assert_same(case, theirs, ours)


def assert_builds(case: Case, run: Run, builds: tuple[str, ...]) -> None:
    """A successful run left exactly the artifact directories that are named, a failed one no template."""
    build_dir = os.path.join(case.cwd, case.build_dir)
    if run.exit_code == 0:
        assert artifact_dirs(run.tree, build_dir) == set(builds), run.stderr
    elif not case.again and not case.again_argv:
        assert os.path.normpath(os.path.join(build_dir, "template.yaml")) not in run.tree


def assert_says(run: Run, texts: tuple[str, ...]) -> None:
    missing = [text for text in texts if text not in run.stderr]
    assert not missing, run.stderr


def assert_same(case: Case, theirs: Run, ours: Run) -> None:
    """Both trees are the same but where the case excuses a path; every excuse is needed."""
    failed = theirs.exit_code != 0
    trees = [without_build_dir(case, run.tree) if failed else run.tree for run in (theirs, ours)]
    found = tree_differences(case, *trees)
    messages = [text for path, text in found.items() if not excused(case, path)]
    messages += stdout_differences(case, theirs, ours)
    assert not messages, "\n".join([*messages, "engine's stderr:", ours.stderr])
    if case.differs is not None and case.differs.paths:
        assert any(excused(case, path) for path in found), "the difference is gone"
