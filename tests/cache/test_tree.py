"""Trees: any directory comes back from its messages, and nothing hostile is read from any."""

from __future__ import annotations

import pytest
from hypothesis import given

from cache import tree as tree_module
from cache.digest import Digest, digest_bytes
from cache.errors import BlobCorrupt, NotRepresentable
from cache.tree import MAX_DEPTH, MAX_NAME_BYTES, MAX_PATH_BYTES, Entry, Tree, decode_tree, encode_tree
from cache.wire import (
    Directory,
    DirectoryNode,
    FileNode,
    SymlinkNode,
    decode_directory,
    decode_tree_records,
    encode_directory,
    encode_tree_records,
)
from tests.cache.samples import directory_entry, file_entry, link_entry, tree_of, trees

ONE = digest_bytes(b"one")


@given(trees())
def test_a_tree_comes_back(tree: Tree) -> None:
    encoded = encode_tree(tree)
    assert decode_tree(encoded.tree_message) == tree
    assert encoded.tree_digest == digest_bytes(encoded.tree_message)
    assert encoded.directories[0][0] == encoded.root_digest


@given(trees(), trees())
def test_trees_are_equal_exactly_when_their_root_digests_are(one: Tree, other: Tree) -> None:
    assert (encode_tree(one).root_digest == encode_tree(other).root_digest) == (one == other)
    assert (encode_tree(one).tree_digest == encode_tree(other).tree_digest) == (one == other)


@given(trees())
def test_directories_are_distinct_and_parents_come_first(tree: Tree) -> None:
    seen: set[Digest] = set()
    for digest, message in encode_tree(tree).directories:
        assert digest == digest_bytes(message)
        assert digest not in seen
        assert seen.isdisjoint(node.digest for node in decode_directory(message).directories)
        seen.add(digest)


def test_the_common_tree_is_plain_remote_execution_api() -> None:
    tree = tree_of(directory_entry("bin"), file_entry("bin/run", b"one", 0o755), file_entry("data", b"one"))
    root, children = decode_tree_records(encode_tree(tree).tree_message)
    assert children == [encode_directory(Directory(files=(FileNode("run", ONE, True, None),)))]
    child = DirectoryNode("bin", digest_bytes(children[0]))
    assert root == encode_directory(Directory(files=(FileNode("data", ONE, False, None),), directories=(child,)))


@pytest.mark.parametrize(
    "changed",
    [
        tree_of(file_entry("a", b"two"), directory_entry("d")),
        tree_of(file_entry("a", b"one", 0o600), directory_entry("d")),
        tree_of(file_entry("a", b"one", 0o755), directory_entry("d")),
        tree_of(file_entry("b", b"one"), directory_entry("d")),
        tree_of(file_entry("a", b"one"), directory_entry("d", 0o700)),
        tree_of(file_entry("a", b"one"), directory_entry("e")),
        tree_of(file_entry("a", b"one")),
        tree_of(link_entry("a", "one"), directory_entry("d")),
        tree_of(file_entry("a", b"one"), directory_entry("d"), mode=0o700),
    ],
)
def test_everything_in_a_tree_counts(changed: Tree) -> None:
    tree = tree_of(file_entry("a", b"one"), directory_entry("d"))
    assert encode_tree(changed).tree_digest != encode_tree(tree).tree_digest


def test_a_directory_that_is_there_twice_is_held_once() -> None:
    tree = tree_of(
        directory_entry("a"),
        directory_entry("a/same"),
        file_entry("a/same/f", b"one"),
        directory_entry("same"),
        file_entry("same/f", b"one"),
    )
    encoded = encode_tree(tree)
    assert len(encoded.directories) == 3
    assert decode_tree(encoded.tree_message) == tree


@pytest.mark.parametrize(
    "entry",
    [
        file_entry("caf\udce9"),
        link_entry("l", "caf\udce9"),
        link_entry("l", "/etc/passwd"),
        link_entry("l", "../outside"),
        file_entry("d/" * MAX_DEPTH + "f"),
        file_entry("x" * (MAX_PATH_BYTES + 1)),
        Entry("f", "file", 0o644, Digest(ONE.hash, tree_module.MAX_CONTENT_BYTES + 1), None),
    ],
)
def test_what_a_tree_cannot_carry_is_refused(entry: Entry) -> None:
    with pytest.raises(NotRepresentable):
        encode_tree(tree_of(entry))


def test_the_size_of_a_trees_content_is_that_of_its_files() -> None:
    assert tree_of(file_entry("a", b"12"), file_entry("b", b"345"), directory_entry("d")).content_bytes == 5


def one_directory(directory: Directory) -> bytes:
    return encode_tree_records(encode_directory(directory), [])


def file_named(name: str, unix_mode: int | None = None) -> FileNode:
    return FileNode(name, ONE, False, unix_mode)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc/passwd", "../x", "nul\0", "x" * (MAX_NAME_BYTES + 1)])
def test_names_that_no_directory_gives_are_refused(name: str) -> None:
    empty = encode_directory(Directory())
    hostile = [
        one_directory(Directory(files=(file_named(name),))),
        one_directory(Directory(symlinks=(SymlinkNode(name, "x"),))),
        encode_tree_records(
            encode_directory(Directory(directories=(DirectoryNode(name, digest_bytes(empty)),))), [empty]
        ),
    ]
    for message in hostile:
        with pytest.raises(BlobCorrupt, match="no name of a file"):
            decode_tree(message)


@pytest.mark.parametrize("target", ["", "/etc/passwd", "..", "a/../../b", "nul\0", "x" * (MAX_PATH_BYTES + 1)])
def test_links_that_no_artifact_may_hold_are_refused(target: str) -> None:
    with pytest.raises(BlobCorrupt, match="link"):
        decode_tree(one_directory(Directory(symlinks=(SymlinkNode("l", target),))))


@pytest.mark.parametrize(
    "directory",
    [
        Directory(files=(file_named("b"), file_named("a"))),
        Directory(files=(file_named("a"), file_named("a"))),
        Directory(files=(file_named("a"),), symlinks=(SymlinkNode("a", "x"),)),
        Directory(symlinks=(SymlinkNode("b", "x"), SymlinkNode("a", "x"))),
    ],
)
def test_names_out_of_order_or_twice_are_refused(directory: Directory) -> None:
    with pytest.raises(BlobCorrupt, match=r"not sorted|twice"):
        decode_tree(one_directory(directory))


def test_names_are_in_the_order_of_their_bytes() -> None:
    names = ["\N{FULLWIDTH LATIN SMALL LETTER A}", "\N{GRINNING FACE}"]  # UTF-16 has them the other way round
    decoded = decode_tree(one_directory(Directory(files=tuple(file_named(name) for name in names))))
    assert [entry.path for entry in decoded.entries] == names


@pytest.mark.parametrize("unix_mode", [0o10000, 0o100644, 2**32, 2**64 - 1])
def test_modes_that_are_more_than_permission_bits_are_refused(unix_mode: int) -> None:
    for directory in (Directory(files=(file_named("a", unix_mode),)), Directory(unix_mode=unix_mode)):
        with pytest.raises(BlobCorrupt, match="permission bits"):
            decode_tree(one_directory(directory))


def test_a_directory_that_the_message_does_not_hold_is_refused() -> None:
    with pytest.raises(BlobCorrupt, match="does not hold"):
        decode_tree(one_directory(Directory(directories=(DirectoryNode("d", ONE),))))


def nested(levels: int, names: tuple[str, ...]) -> bytes:
    """`levels` directories, each holding the next one under every name: small to write, huge to unfold."""
    child = encode_directory(Directory())
    children = [child]
    for _ in range(levels):
        child = encode_directory(Directory(directories=tuple(DirectoryNode(n, digest_bytes(child)) for n in names)))
        children.insert(0, child)
    return encode_tree_records(children[0], children[1:])


def test_a_tree_that_unfolds_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "MAX_ENTRIES", 10_000)
    with pytest.raises(BlobCorrupt, match="more than"):
        decode_tree(nested(40, ("a", "b")))


def test_long_names_in_a_tree_that_unfolds_are_refused_in_good_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "MAX_PATHS_CHARS", 100_000)
    with pytest.raises(BlobCorrupt, match="too long paths"):
        decode_tree(nested(14, ("a" * 200, "b" * 200)))


def test_a_tree_too_deep_is_refused_and_the_deepest_is_not() -> None:
    with pytest.raises(BlobCorrupt, match="deep"):
        decode_tree(nested(MAX_DEPTH + 1, ("a",)))
    deepest = decode_tree(nested(MAX_DEPTH, ("a",)))
    assert decode_tree(encode_tree(deepest).tree_message) == deepest


def test_a_message_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    message = one_directory(Directory(files=(file_named("a"),)))
    monkeypatch.setattr(tree_module, "MAX_TREE_BYTES", len(message) - 1)
    with pytest.raises(BlobCorrupt, match="larger"):
        decode_tree(message)
    with pytest.raises(NotRepresentable, match="larger"):
        encode_tree(tree_of(file_entry("a", b"one")))


def test_sizes_that_no_artifact_has_are_refused() -> None:
    huge = FileNode("a", Digest(ONE.hash, 2**63 - 1), False, None)
    with pytest.raises(BlobCorrupt, match="bytes"):
        decode_tree(one_directory(Directory(files=(huge,))))
