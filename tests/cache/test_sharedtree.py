"""Whole directories in the store: made once, compared at each use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cache.disk import DiskStore
from cache.ingest import Ingested, ingest
from cache.materialise import materialise
from cache.sharedtree import FOLDER, SIZE_SUFFIX
from tests.cache.samples import listing, write_artifact


@pytest.fixture
def made(tmp_path: Path, store: DiskStore) -> Ingested:
    write_artifact(tmp_path / "made")
    return ingest(str(tmp_path / "made"), store)


def test_equal_artifacts_are_links_to_one_directory(tmp_path: Path, store: DiskStore, made: Ingested) -> None:
    for name in ("a", "b"):
        materialise(made.tree, str(tmp_path / name), store, "symlink")
        assert os.readlink(tmp_path / name) == f"{store.root}/{FOLDER}/{made.tree_digest.hash}"
    assert sorted(os.listdir(f"{store.root}/{FOLDER}")) == [
        made.tree_digest.hash,
        made.tree_digest.hash + SIZE_SUFFIX,
    ]


@pytest.mark.parametrize("change", ["content", "mode", "extra", "gone"])
def test_a_directory_that_was_changed_is_made_anew(
    tmp_path: Path, store: DiskStore, made: Ingested, change: str
) -> None:
    materialise(made.tree, str(tmp_path / "a"), store, "symlink")
    if change == "content":
        (tmp_path / "a" / "app.py").write_bytes(b"print('two')\n")
    elif change == "mode":
        (tmp_path / "a" / "app.py").chmod(0o600)
    elif change == "extra":
        (tmp_path / "a" / "new").write_text("")
    else:
        (tmp_path / "a" / "app.py").unlink()
    materialise(made.tree, str(tmp_path / "b"), store, "symlink")
    for name in ("a", "b"):
        assert listing(tmp_path / name) == listing(tmp_path / "made")
    assert len(os.listdir(f"{store.root}/{FOLDER}")) == 2


def test_a_root_that_may_not_be_written_to_is_made_too(bound_dir: Path) -> None:
    write_artifact(bound_dir / "made")
    (bound_dir / "made").chmod(0o555)
    store = DiskStore(str(bound_dir / "store"))
    made = ingest(str(bound_dir / "made"), store)
    materialise(made.tree, str(bound_dir / "a"), store, "symlink")
    assert (bound_dir / "a").is_symlink()
    assert listing(bound_dir / "a") == listing(bound_dir / "made")


def test_a_use_is_noted_beside_the_directory(tmp_path: Path, store: DiskStore, made: Ingested) -> None:
    materialise(made.tree, str(tmp_path / "a"), store, "symlink")
    note = f"{store.root}/{FOLDER}/{made.tree_digest.hash}{SIZE_SUFFIX}"
    os.utime(note, (1_000_000, 1_000_000))
    materialise(made.tree, str(tmp_path / "b"), store, "symlink")
    assert os.stat(note).st_mtime > 1_000_000


def test_a_store_that_cannot_be_written_to_is_copied_from(tmp_path: Path, store: DiskStore, made: Ingested) -> None:
    Path(store.root, FOLDER).write_text("in the way")
    materialise(made.tree, str(tmp_path / "a"), store, "symlink")
    assert not (tmp_path / "a").is_symlink()
    assert listing(tmp_path / "a") == listing(tmp_path / "made")
