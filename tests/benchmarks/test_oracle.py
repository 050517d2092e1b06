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
    generated = oracle.digests(unit, {})
    assert oracle.digests(unit, {unit.name: "edited"}) != generated
    assert generated.with_modes == tree_digest(oracle.artifacts / unit.name)
    assert tree_digest(oracle.project) == before


def test_dependent_is_made_of_its_layers_version(tmp_path: Path) -> None:
    monorepo = plan(Shape(functions=2, files=2, file_size_bytes=30, layers=1, depends=True))
    oracle = Oracle(tmp_path / "oracle", monorepo, dict(os.environ))
    layer, function, _ = monorepo.units
    generated = oracle.digests(function, {})
    edited = oracle.digests(function, {layer.name: "edited"})
    assert edited != generated == oracle.digests(function, {monorepo.units[2].name: "edited"})
    assert oracle.digests(layer, {}).with_modes == tree_digest(oracle.artifacts / layer.name)
    assert generated.with_modes == tree_digest(oracle.artifacts / function.name)


def test_modes_count_only_where_they_are_kept(oracle: Oracle) -> None:
    (oracle.artifacts / "Function0001" / "part_001.py").chmod(0o444)
    oracle.check(oracle.artifacts, {}, modes=False)
    with pytest.raises(BenchmarkFault, match="Function0001"):
        oracle.check(oracle.artifacts, {})


def test_link_is_no_file_without_modes_either(tmp_path: Path) -> None:
    folder = tree(tmp_path / "folder")
    before = tree_digest(folder, modes=False)
    replace_link(folder).write_bytes(b"a")
    assert tree_digest(folder, modes=False) != before
