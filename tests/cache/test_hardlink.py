"""The pool that artifacts are linked to: one file for each content and mode, compared at each use."""

from __future__ import annotations

import os
from pathlib import Path

from cache.disk import DiskStore
from cache.ingest import Ingested, ingest
from cache.materialise import materialise
from tests.cache.samples import listing, write_file


def kept(store: DiskStore, folder: Path) -> Ingested:
    write_file(folder / "one", b"same")
    write_file(folder / "two", b"same")
    write_file(folder / "run", b"same", 0o755)
    return ingest(str(folder), store)


def test_equal_files_of_one_mode_are_one_file(tmp_path: Path, store: DiskStore) -> None:
    made = kept(store, tmp_path / "made")
    for name in ("a", "b"):
        materialise(made.tree, str(tmp_path / name), store, "hardlink")
    inodes = {(tmp_path / folder / file).stat().st_ino for folder in "ab" for file in ("one", "two")}
    assert len(inodes) == 1
    assert (tmp_path / "a" / "run").stat().st_ino == (tmp_path / "b" / "run").stat().st_ino
    assert (tmp_path / "a" / "run").stat().st_ino not in inodes
    digest = made.fingerprints["one"].digest
    assert os.stat(store.locate(digest)).st_nlink == 1


def test_what_was_written_through_a_link_is_not_handed_on(tmp_path: Path, store: DiskStore) -> None:
    made = kept(store, tmp_path / "made")
    materialise(made.tree, str(tmp_path / "a"), store, "hardlink")
    (tmp_path / "a" / "one").write_bytes(b"EDIT")
    (tmp_path / "a" / "run").chmod(0o700)
    materialise(made.tree, str(tmp_path / "b"), store, "hardlink")
    assert listing(tmp_path / "b") == listing(tmp_path / "made")
    assert (tmp_path / "a" / "one").read_bytes() == b"EDIT"


def test_modes_that_a_shared_file_must_not_have_are_copied(tmp_path: Path, store: DiskStore) -> None:
    write_file(tmp_path / "made" / "setuid", b"x", 0o4755)
    made = ingest(str(tmp_path / "made"), store)
    materialise(made.tree, str(tmp_path / "a"), store, "hardlink")
    assert (tmp_path / "a" / "setuid").stat().st_nlink == 1
    assert listing(tmp_path / "a") == listing(tmp_path / "made")


def test_a_store_that_may_only_be_read_is_copied_from(bound_dir: Path) -> None:
    store = DiskStore(str(bound_dir / "store"))
    made = kept(store, bound_dir / "made")
    for folder in [*(bound_dir / "store").rglob("*"), bound_dir / "store"]:
        if folder.is_dir():
            folder.chmod(0o555)
    materialise(made.tree, str(bound_dir / "a"), DiskStore(store.root), "hardlink")
    assert listing(bound_dir / "a") == listing(bound_dir / "made")
    assert (bound_dir / "a" / "one").stat().st_nlink == 1
