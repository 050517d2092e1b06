"""The oracle sees every difference that matters in what a build left."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.generate import Shape, plan
from benchmarks.oracle import Oracle, tree_digest
from benchmarks.timing import BenchmarkFault


def replace_link(folder: Path) -> Path:
    (folder / "link").unlink()
    return folder / "link"


CHANGES: dict[str, Callable[[Path], object]] = {
    "bytes": lambda folder: (folder / "a").write_bytes(b"other"),
    "mode": lambda folder: (folder / "a").chmod(0o755),
    "name": lambda folder: (folder / "a").rename(folder / "c"),
    "empty folder": lambda folder: (folder / "sub" / "empty").mkdir(),
    "folder mode": lambda folder: (folder / "sub").chmod(0o700),
    "missing": lambda folder: (folder / "sub" / "b").unlink(),
    "link text": lambda folder: os.symlink("sub", replace_link(folder)),
    "link is file": lambda folder: replace_link(folder).write_bytes(b"a"),
}


@pytest.fixture
def oracle(tmp_path: Path) -> Oracle:
    return Oracle(tmp_path / "oracle", plan(Shape(functions=2, files=2, file_size_bytes=30)), dict(os.environ))


def tree(folder: Path) -> Path:
    (folder / "sub").mkdir(parents=True)
    (folder / "a").write_bytes(b"one")
    (folder / "sub" / "b").write_bytes(b"two")
    (folder / "link").symlink_to("a")
    return folder


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_digest_sees_change(tmp_path: Path, change: Callable[[Path], object]) -> None:
    changed = tree(tmp_path / "changed")
    assert tree_digest(changed) == tree_digest(tree(tmp_path / "same"))
    change(changed)
    assert tree_digest(changed) != tree_digest(tmp_path / "same")


def test_right_artifacts_pass(oracle: Oracle) -> None:
    oracle.check(oracle.artifacts, {})


def test_damaged_artifact_is_a_fault(oracle: Oracle) -> None:
    (oracle.artifacts / "Function0001" / "part_001.py").write_bytes(b"damaged")
    with pytest.raises(BenchmarkFault, match="Function0001: the artifact is not what make leaves"):
        oracle.check(oracle.artifacts, {})


def test_missing_artifact_is_a_fault(oracle: Oracle, tmp_path: Path) -> None:
    with pytest.raises(BenchmarkFault, match="Function0000: the build left no artifact"):
        oracle.check(tmp_path, {})


def test_stale_artifact_is_a_fault(oracle: Oracle) -> None:
    with pytest.raises(BenchmarkFault, match="Function0000"):
        oracle.check(oracle.artifacts, {"Function0000": "edited"})


def test_versions_leave_the_project_as_generated(oracle: Oracle) -> None:
    unit = plan(Shape(functions=2, files=2, file_size_bytes=30)).units[0]
    before = tree_digest(oracle.project)
    assert oracle.digest(unit, "edited") != oracle.digest(unit, "") == tree_digest(oracle.artifacts / unit.name)
    assert tree_digest(oracle.project) == before
