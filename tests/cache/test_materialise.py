"""Making directories of trees, in every mode, from stores that may be damaged."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cache.digest import digest_bytes
from cache.disk import DiskStore
from cache.errors import BlobCorrupt, BlobMissing
from cache.ingest import Ingested, ingest
from cache.materialise import LinkMode, materialise
from cache.memory import MemoryStore
from cache.statkey import stat_key
from cache.tree import MODE_BITS, Tree
from tests.cache.samples import (
    CONTENTS,
    LARGE,
    directory_entry,
    file_entry,
    link_entry,
    listing,
    tree_of,
    trees,
    write_artifact,
    write_file,
)

MODES: tuple[LinkMode, ...] = get_args(LinkMode)


def kept(store: DiskStore, directory: Path) -> Ingested:
    write_artifact(directory)
    return ingest(str(directory), store)


@pytest.mark.parametrize("mode", MODES)
def test_a_directory_comes_back_exactly(tmp_path: Path, store: DiskStore, mode: LinkMode) -> None:
    made = kept(store, tmp_path / "made")
    materialise(made.tree, str(tmp_path / "restored"), store, mode)
    assert listing(tmp_path / "restored") == listing(tmp_path / "made")
    assert (tmp_path / "restored").is_symlink() == (mode == "symlink")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o027, 0o077])
def test_the_umask_does_not_matter(tmp_path: Path, store: DiskStore, mode: LinkMode, umask: int) -> None:
    made = kept(store, tmp_path / "made")
    store.folder.prepare()
    before = os.umask(umask)
    try:
        materialise(made.tree, str(tmp_path / "restored"), store, mode)
    finally:
        os.umask(before)
    assert listing(tmp_path / "restored") == listing(tmp_path / "made")


@pytest.mark.parametrize("mode", MODES)
def test_stats_and_fingerprints_are_those_of_what_was_made(tmp_path: Path, store: DiskStore, mode: LinkMode) -> None:
    made = kept(store, tmp_path / "made")
    restored = materialise(made.tree, str(tmp_path / "restored"), store, mode)
    assert restored.fingerprints == made.fingerprints
    assert [path for path, _ in restored.stats] == [path for path, _ in made.stats]
    for path, key in restored.stats:
        file = tmp_path / "restored" / path
        assert key == stat_key(file.lstat() if path else file.stat())


@given(tree=trees(at_least=0o500), mode=st.sampled_from(MODES))
@settings(max_examples=40)
def test_any_tree_comes_back(tmp_path_factory: pytest.TempPathFactory, tree: Tree, mode: LinkMode) -> None:
    folder = tmp_path_factory.mktemp("any")
    store = DiskStore(str(folder / "store"))
    for entry in tree.entries:
        if entry.digest is not None:
            store.put_bytes(CONTENTS[entry.digest])
    materialise(tree, str(folder / "made"), store, mode)
    assert ingest(os.path.realpath(folder / "made"), None).tree == tree


def test_modes_that_close_a_directory_are_kept(bound_dir: Path) -> None:
    store = MemoryStore()
    store.put_bytes(b"x")
    tree = tree_of(
        directory_entry("closed", 0o000),
        directory_entry("closed/inner", 0o100),
        file_entry("closed/inner/secret", b"x", 0o000),
        mode=0o555,
    )
    restored = materialise(tree, str(bound_dir / "made"), store)
    modes = {path: key[4] & MODE_BITS for path, key in restored.stats}
    assert modes == {"": 0o555, "closed": 0o000, "closed/inner": 0o100, "closed/inner/secret": 0o000}


@pytest.mark.parametrize("mode", ["clone", "hardlink", "symlink"])
def test_a_store_that_has_no_files_here_is_copied_from(tmp_path: Path, mode: LinkMode) -> None:
    store = MemoryStore()
    write_artifact(tmp_path / "made")
    made = ingest(str(tmp_path / "made"), store)
    materialise(made.tree, str(tmp_path / "restored"), store, mode)
    assert listing(tmp_path / "restored") == listing(tmp_path / "made")
    assert not (tmp_path / "restored").is_symlink()


def damaged(data: bytes) -> bytes:
    return b"?" + data[1:]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("path", ["app.py", "lib/deep/data.bin"])
def test_a_damaged_blob_is_never_used_and_heals(tmp_path: Path, store: DiskStore, mode: LinkMode, path: str) -> None:
    made = kept(store, tmp_path / "made")
    digest = made.fingerprints[path].digest
    blob = Path(store.locate(digest))
    content = blob.read_bytes()
    blob.chmod(0o644)
    blob.write_bytes(damaged(content))
    with pytest.raises(BlobCorrupt, match=digest.hash):
        materialise(made.tree, str(tmp_path / "restored"), store, mode)
    assert not os.path.lexists(tmp_path / "restored")
    assert store.missing([digest]) == {digest}
    with pytest.raises(BlobMissing):
        materialise(made.tree, str(tmp_path / "restored"), store, mode)
    ingest(str(tmp_path / "made"), store)
    materialise(made.tree, str(tmp_path / "restored"), store, mode)
    assert listing(tmp_path / "restored") == listing(tmp_path / "made")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [0, 5, len(LARGE) + 1])
def test_a_blob_of_another_length_is_never_used(tmp_path: Path, store: DiskStore, mode: LinkMode, size: int) -> None:
    write_file(tmp_path / "made" / "file", LARGE)
    made = ingest(str(tmp_path / "made"), store)
    blob = Path(store.locate(made.fingerprints["file"].digest))
    blob.chmod(0o644)
    blob.write_bytes((LARGE * 2)[:size])
    with pytest.raises(BlobCorrupt):
        materialise(made.tree, str(tmp_path / "restored"), store, mode)
    assert not os.path.lexists(tmp_path / "restored")


@pytest.mark.parametrize("mode", MODES)
def test_what_is_there_already_is_left_alone(tmp_path: Path, store: DiskStore, mode: LinkMode) -> None:
    made = kept(store, tmp_path / "made")
    write_file(tmp_path / "there" / "file", b"mine")
    with pytest.raises(FileExistsError):
        materialise(made.tree, str(tmp_path / "there"), store, mode)
    assert listing(tmp_path / "there").keys() == {"", "file"}


def test_a_destination_without_a_parent_is_the_callers_error(tmp_path: Path, store: DiskStore) -> None:
    with pytest.raises(FileNotFoundError):
        materialise(tree_of(), str(tmp_path / "none" / "made"), store)


def test_what_was_half_made_when_the_disk_refuses_is_removed(tmp_path: Path, store: DiskStore) -> None:
    store.put_bytes(b"x")
    with pytest.raises(OSError, match="File name too long"):
        materialise(tree_of(file_entry("a", b"x"), file_entry("y" * 300, b"x")), str(tmp_path / "made"), store)
    assert not os.path.lexists(tmp_path / "made")


@pytest.mark.parametrize("path", ["link/file", "../outside"])
def test_nothing_is_ever_written_through_a_link_or_outside(tmp_path: Path, store: DiskStore, path: str) -> None:
    (tmp_path / "outside").mkdir()
    store.put_bytes(b"x")
    entries = [link_entry("link", "../outside")] if path.startswith("link") else []
    with pytest.raises(OSError, match=r"outside|link"):
        materialise(tree_of(*entries, file_entry(path, b"x")), str(tmp_path / "made"), store)
    assert os.listdir(tmp_path / "outside") == []
    assert not os.path.lexists(tmp_path / "made")


@pytest.mark.parametrize("mode", ["clone", "copy"])
def test_a_restored_file_is_apart_from_the_store(tmp_path: Path, store: DiskStore, mode: LinkMode) -> None:
    made = kept(store, tmp_path / "made")
    materialise(made.tree, str(tmp_path / "restored"), store, mode)
    for path in ("app.py", "lib/deep/data.bin"):
        with (tmp_path / "restored" / path).open("r+b") as file:
            file.write(b"edited")
        digest = made.fingerprints[path].digest
        assert digest_bytes(store.read(digest, 1 << 30)) == digest


def test_threads_restore_at_once(tmp_path: Path, store: DiskStore) -> None:
    made = kept(store, tmp_path / "made")
    write_file(tmp_path / "small" / "file", b"x")
    small = ingest(str(tmp_path / "small"), store)
    with ThreadPoolExecutor(4) as threads:
        for number in range(8):
            threads.submit(materialise, made.tree, str(tmp_path / f"{number}"), store)
            threads.submit(materialise, small.tree, str(tmp_path / f"s{number}"), store)
    for number in range(8):
        assert listing(tmp_path / f"{number}") == listing(tmp_path / "made")
        assert listing(tmp_path / f"s{number}") == listing(tmp_path / "small")
