"""Emptying a store, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cache.clear import clear
from cache.disk import DiskStore
from cache.errors import StoreUnavailable
from cache.eviction import keep_within
from cache.ingest import ingest
from cache.inventory import take_inventory
from cache.materialise import materialise
from tests.cache.recorded import held, record
from tests.cache.samples import write_artifact, write_file


def test_a_store_goes_with_its_folder(tmp_path: Path, store: DiskStore) -> None:
    write_artifact(tmp_path / "made")
    made = ingest(str(tmp_path / "made"), store)
    for mode in ("hardlink", "symlink"):
        materialise(made.tree, str(tmp_path / mode), store, "hardlink" if mode == "hardlink" else "symlink")
    record(store, 1, b"x")
    with store.lease():
        pass
    keep_within(store, 1 << 40)
    size_bytes = take_inventory(store.root).size_bytes
    assert clear(store.root) == size_bytes > 0
    assert not os.path.lexists(store.root)


def test_what_others_keep_in_the_folder_stays(store: DiskStore) -> None:
    record(store, 1, b"x")
    write_file(Path(store.root, "notes", "mine"), b"")
    clear(store.root)
    assert os.listdir(store.root) == ["notes"]


def test_nothing_is_no_error(tmp_path: Path) -> None:
    assert clear(str(tmp_path / "none")) == 0


@pytest.mark.parametrize("text", [None, b"another thing\n"])
def test_a_folder_that_is_no_store_is_not_touched(tmp_path: Path, text: bytes | None) -> None:
    write_file(tmp_path / "cas" / "ab" / "precious", b"")
    if text is not None:
        write_file(tmp_path / "version", text)
    with pytest.raises(StoreUnavailable, match="not the folder of a cache"):
        clear(str(tmp_path))
    assert (tmp_path / "cas" / "ab" / "precious").exists()


def test_a_store_that_a_build_uses_is_not_touched(store: DiskStore) -> None:
    record(store, 1, b"x")
    with store.lease(), pytest.raises(StoreUnavailable, match="running build"):
        clear(store.root)
    assert held(store) == {1}
