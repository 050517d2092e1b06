"""What is in a store, and what its results reach."""

from __future__ import annotations

import os
from pathlib import Path

from cache.digest import digest_bytes
from cache.disk import DiskStore
from cache.ingest import ingest
from cache.inventory import Reach, take_inventory
from cache.materialise import materialise
from cache.size import charged_bytes
from tests.cache.recorded import key, record, result_path
from tests.cache.samples import listing, write_file


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    inventory = take_inventory(str(tmp_path / "none"))
    assert inventory.size_bytes == 0
    assert (inventory.results, inventory.blobs) == ([], {})


def test_results_and_blobs_are_listed_with_what_they_are_charged(store: DiskStore) -> None:
    result = record(store, 1, b"x" * 5000, log=b"log")
    inventory = take_inventory(store.root)
    assert [file.name for file in inventory.results] == [key(1)]
    tree = result.output_directories[0].tree_digest
    assert {name: file.size_bytes for name, file in inventory.blobs.items()} == {
        digest_bytes(b"x" * 5000).hash: 8192,
        digest_bytes(b"log").hash: 4096,
        tree.hash: charged_bytes(tree.size_bytes),
    }
    assert inventory.size_bytes == store.folder.added_bytes == 8192 + 4096 + 4096 + 4096


def test_files_of_others_are_not_listed(store: DiskStore) -> None:
    record(store, 1, b"x")
    before = take_inventory(store.root)
    for path in ("cas/README", "cas/ab/notes.txt", "ac/00/other", "mine/file"):
        write_file(Path(store.root, path), b"")
    assert take_inventory(store.root) == before


def test_a_result_reaches_its_trees_files_and_its_log(store: DiskStore) -> None:
    result = record(store, 1, b"one", b"two", log=b"log")
    inventory = take_inventory(store.root)
    assert Reach(inventory).of(inventory.results[0]) == frozenset(
        {
            result.output_directories[0].tree_digest.hash,
            *(digest_bytes(data).hash for data in (b"one", b"two", b"log")),
        }
    )


def test_a_damaged_result_reaches_nothing(store: DiskStore) -> None:
    record(store, 1, b"one")
    Path(result_path(store, 1)).write_bytes(b"")
    inventory = take_inventory(store.root)
    assert Reach(inventory).of(inventory.results[0]) is None


def test_of_the_pool_only_what_no_artifact_links_to_is_charged(tmp_path: Path, store: DiskStore) -> None:
    write_file(tmp_path / "made" / "file", b"x")
    made = ingest(str(tmp_path / "made"), store)
    materialise(made.tree, str(tmp_path / "linked"), store, "hardlink")
    assert take_inventory(store.root).pool == []
    os.unlink(tmp_path / "linked" / "file")
    assert [file.size_bytes for file in take_inventory(store.root).pool] == [4096]


def test_shared_directories_are_charged_by_their_note(tmp_path: Path, store: DiskStore) -> None:
    write_file(tmp_path / "made" / "file", b"x" * 5000)
    made = ingest(str(tmp_path / "made"), store)
    materialise(made.tree, str(tmp_path / "link"), store, "symlink")
    (tree,) = take_inventory(store.root).trees
    assert (tree.name, tree.size_bytes) == (made.tree_digest.hash, 8192 + 4096)
    assert listing(Path(tree.path)) == listing(tmp_path / "made")
