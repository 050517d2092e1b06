"""Which blobs a result names."""

from __future__ import annotations

import pytest

from cache.completeness import direct_digests, is_complete, read_tree
from cache.digest import digest_bytes
from cache.errors import BlobCorrupt, BlobMissing
from cache.memory import MemoryStore
from cache.tree import encode_tree
from cache.wire import ActionResult, OutputDirectory, OutputFile
from tests.cache.samples import file_entry, tree_of


def test_every_blob_that_a_result_names_is_listed() -> None:
    one, two, three, four, five = (digest_bytes(bytes([n])) for n in range(5))
    result = ActionResult(
        output_directories=(OutputDirectory("d", one, five),),
        stdout_digest=two,
        stderr_digest=three,
        output_files=(OutputFile("f", four),),
    )
    assert direct_digests(result) == {one, two, three, four}
    assert direct_digests(ActionResult()) == set()


def test_a_result_is_complete_with_the_files_of_its_trees() -> None:
    store = MemoryStore()
    tree = tree_of(file_entry("a", b"one"), file_entry("b", b"two"))
    result = ActionResult(output_directories=(OutputDirectory("", store.put_bytes(encode_tree(tree).tree_message)),))
    assert not is_complete(result, store)
    store.put_bytes(b"one")
    assert not is_complete(result, store)
    store.put_bytes(b"two")
    assert is_complete(result, store)


def test_a_tree_is_read_from_its_blob() -> None:
    store = MemoryStore()
    tree = tree_of(file_entry("a", b"one"))
    assert read_tree(store, store.put_bytes(encode_tree(tree).tree_message)) == tree
    with pytest.raises(BlobCorrupt):
        read_tree(store, store.put_bytes(b"\xff"))
    with pytest.raises(BlobMissing):
        read_tree(store, digest_bytes(b"absent"))
