"""A directory as a value, and as the Remote Execution API's Merkle tree of `Directory` messages.

Every permission bit counts: a mode other than 0644 and 0755 for a file, or 0755 for a directory, is carried as
`NodeProperties.unix_mode`, so that the common tree has the same bytes as any other client of the API gives it.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import lt
from typing import Literal, NamedTuple

from cache.digest import Digest, digest_bytes
from cache.errors import BlobCorrupt, CacheError, NotRepresentable
from cache.links import outward_link
from cache.plain import plain_directory
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

Kind = Literal["file", "directory", "symlink"]

MAX_TREE_BYTES = 256 * 1024**2
"""Length of the largest `Tree` message that is read or written."""
MAX_ENTRIES = 1_000_000
MAX_DEPTH = 200
MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 4095
"""Of a path in the tree, and of a link's text: the kernel's PATH_MAX less its final NUL."""
MAX_PATHS_CHARS = 512 * 1024**2
"""Length of all paths of one tree together: shared subtrees make a small message name a great many."""
MAX_CONTENT_BYTES = 1 << 40
"""Size of all files of one tree together."""

FILE_MODE, EXECUTABLE_MODE, DIRECTORY_MODE, SYMLINK_MODE = 0o644, 0o755, 0o755, 0o777
MODE_BITS = 0o7777


class Entry(NamedTuple):
    """A file, directory or symbolic link of a tree."""

    path: str
    """Relative to the root, `/` between names, never empty."""
    kind: Kind
    mode: int
    """Permission bits, 0 to 0o7777; 0o777 for a link."""
    digest: Digest | None
    """Of a file's content, else None."""
    target: str | None
    """Text of a link, else None."""


class Tree(NamedTuple):
    """A directory with all that is in it."""

    entries: tuple[Entry, ...]
    """Sorted by path; a directory comes before what is in it."""
    mode: int = DIRECTORY_MODE
    """Permission bits of the root."""

    @property
    def content_bytes(self) -> int:
        """Size of all files together."""
        return sum(entry.digest.size_bytes for entry in self.entries if entry.digest is not None)


class EncodedTree(NamedTuple):
    """A tree as messages."""

    tree_message: bytes
    tree_digest: Digest
    root_digest: Digest
    """Of the root's own `Directory` message: two trees are equal exactly when these are."""
    directories: tuple[tuple[Digest, bytes], ...]
    """Every distinct `Directory` message, the root first, each before those that it names."""


class _Built(NamedTuple):
    digest: Digest
    message: bytes
    height: int


def encode_tree(tree: Tree) -> EncodedTree:
    """The canonical messages of a tree; equal trees give equal bytes.

    Raises:
        NotRepresentable: a name is not UTF-8, a link leaves the tree, or a bound is exceeded.
    """
    _check_representable(tree.entries)
    members: dict[str, list[Entry]] = {"": []}
    modes = {"": tree.mode}
    for entry in tree.entries:
        members[entry.path.rpartition("/")[0]].append(entry)
        if entry.kind == "directory":
            members[entry.path] = []
            modes[entry.path] = entry.mode
    built: dict[str, _Built] = {}
    for path in sorted(members, reverse=True):
        built[path] = _build(path, members[path], modes[path], built)
    root = built.pop("")
    children = _parents_first(built.values())
    message = encode_tree_records(root.message, [child.message for child in children])
    if len(message) > MAX_TREE_BYTES:
        raise NotRepresentable(f"the tree's description is larger than {MAX_TREE_BYTES} bytes")
    directories = tuple((item.digest, item.message) for item in (root, *children))
    return EncodedTree(message, digest_bytes(message), root.digest, directories)


def _build(path: str, members: list[Entry], mode: int, built: dict[str, _Built]) -> _Built:
    files, directories, symlinks = [], [], []
    height = 0
    for entry in sorted(members):
        name = entry.path.rpartition("/")[2]
        if entry.digest is not None:
            files.append(_file_node(name, entry.digest, entry.mode))
        elif entry.target is not None:
            symlinks.append(SymlinkNode(name, entry.target))
        else:
            child = built[entry.path]
            height = max(height, child.height + 1)
            directories.append(DirectoryNode(name, child.digest))
    unix_mode = None if mode == DIRECTORY_MODE else mode
    message = encode_directory(Directory(tuple(files), tuple(directories), tuple(symlinks), unix_mode))
    return _Built(digest_bytes(message), message, height)


def _file_node(name: str, digest: Digest, mode: int) -> FileNode:
    unix_mode = None if mode in (FILE_MODE, EXECUTABLE_MODE) else mode
    return FileNode(name, digest, bool(mode & 0o100), unix_mode)


def _parents_first(directories: Iterable[_Built]) -> list[_Built]:
    """The distinct ones; a directory is higher than all that it names."""
    distinct = {item.digest.hash: item for item in directories}
    return sorted(distinct.values(), key=lambda item: (-item.height, item.digest.hash))


def _check_representable(entries: tuple[Entry, ...]) -> None:
    _check_bounds(entries)
    for entry in entries:
        try:
            entry.path.encode()
            (entry.target or "").encode()
        except UnicodeEncodeError:
            raise NotRepresentable(f"{entry.path!r}: a name or a link's text is not UTF-8") from None
    _check_links(entries, NotRepresentable)


def _check_bounds(entries: tuple[Entry, ...]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise NotRepresentable(f"the tree has more than {MAX_ENTRIES} entries")
    if Tree(entries).content_bytes > MAX_CONTENT_BYTES:
        raise NotRepresentable(f"the tree's files have more than {MAX_CONTENT_BYTES} bytes")
    for entry in entries:
        if entry.path.count("/") >= MAX_DEPTH or len(entry.path) > MAX_PATH_BYTES:
            raise NotRepresentable(f"{entry.path[:80]!r}…: the path is too deep or too long")


def _check_links(entries: tuple[Entry, ...], error: type[CacheError]) -> None:
    path = outward_link({entry.path: entry.target for entry in entries if entry.target is not None})
    if path is not None:
        raise error(f"{path!r}: the symbolic link is absolute or leads out of the tree")


def decode_tree(message: bytes) -> Tree:
    """The tree of a `Tree` message, which may come from anyone.

    Raises:
        BlobCorrupt: it is malformed, names what it does not hold, could not have come from a directory (names that
            are empty, `.`, `..`, twice there, out of order, with a slash or NUL), a link leaves it, or a bound is
            exceeded.
    """
    if len(message) > MAX_TREE_BYTES:
        raise BlobCorrupt(f"the tree's description is larger than {MAX_TREE_BYTES} bytes")
    root_message, children = decode_tree_records(message)
    directories = _Directories(children)
    root = _checked_directory(root_message)
    entries: list[Entry] = []
    pending = [("", root, 0)]
    budget = MAX_PATHS_CHARS
    while pending:
        prefix, directory, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise BlobCorrupt(f"a tree is more than {MAX_DEPTH} directories deep")
        start = len(entries)
        _append_leaves(prefix, directory, entries)
        for node in directory.directories:
            child = directories.get(node.digest)
            entries.append(Entry(prefix + node.name, "directory", _directory_mode(child), None, None))
            pending.append((f"{prefix}{node.name}/", child, depth + 1))
        lengths = [len(entry.path) for entry in entries[start:]]
        budget -= sum(lengths)
        if budget < 0 or len(entries) > MAX_ENTRIES or max(lengths, default=0) > MAX_PATH_BYTES:
            raise BlobCorrupt(f"a tree names more than {MAX_ENTRIES} entries or too long paths")
    entries.sort()
    tree = Tree(tuple(entries), _directory_mode(root))
    if tree.content_bytes > MAX_CONTENT_BYTES:
        raise BlobCorrupt(f"a tree's files have more than {MAX_CONTENT_BYTES} bytes")
    _check_links(tree.entries, BlobCorrupt)
    return tree


class _Directories:
    """The children of a `Tree` message by digest, each decoded once however often it is named."""

    def __init__(self, children: list[bytes]) -> None:
        self._messages = {digest_bytes(child): child for child in children}
        self._decoded: dict[Digest, Directory] = {}

    def get(self, digest: Digest) -> Directory:
        directory = self._decoded.get(digest)
        if directory is None:
            if digest not in self._messages:
                raise BlobCorrupt(f"a tree names a directory that it does not hold: {digest.hash}")
            directory = self._decoded[digest] = _checked_directory(self._messages[digest])
        return directory


def _checked_directory(message: bytes) -> Directory:
    directory = plain_directory(message) or decode_directory(message)
    names: list[str] = []
    for row in (directory.files, directory.directories, directory.symlinks):
        row_names = [node.name for node in row]
        if not all(map(lt, row_names, row_names[1:])):
            raise BlobCorrupt("a directory of a tree is not sorted, or names something twice")
        names += row_names
    _check_names(names)
    for link in directory.symlinks:
        if not link.target or "\0" in link.target or len(link.target.encode()) > MAX_PATH_BYTES:
            raise BlobCorrupt(f"{link.name!r}: the symbolic link has no text that a file system takes")
    return directory


def _check_names(names: list[str]) -> None:
    """Refuse what no directory gives as names; looked at together, since there may be very many."""
    distinct = set(names)
    if len(distinct) != len(names):
        raise BlobCorrupt("a directory of a tree names something twice")
    joined = "/".join(names)
    is_plain = distinct.isdisjoint(("", ".", "..")) and "\0" not in joined and joined.count("/") < max(len(names), 1)
    if not is_plain or max(map(len, names), default=0) > MAX_NAME_BYTES // 4:
        for name in names:
            _check_name(name)


def _check_name(name: str) -> None:
    if name in ("", ".", "..") or "/" in name or "\0" in name or len(name.encode()) > MAX_NAME_BYTES:
        raise BlobCorrupt(f"{name[:80]!r} in a tree is no name of a file")


def _append_leaves(prefix: str, directory: Directory, entries: list[Entry]) -> None:
    for file in directory.files:
        entries.append(Entry(prefix + file.name, "file", _file_mode(file), file.digest, None))
    for link in directory.symlinks:
        entries.append(Entry(prefix + link.name, "symlink", SYMLINK_MODE, None, link.target))


def _file_mode(node: FileNode) -> int:
    if node.unix_mode is None:
        return EXECUTABLE_MODE if node.is_executable else FILE_MODE
    return _bounded_mode(node.unix_mode)


def _directory_mode(directory: Directory) -> int:
    return DIRECTORY_MODE if directory.unix_mode is None else _bounded_mode(directory.unix_mode)


def _bounded_mode(mode: int) -> int:
    if mode > MODE_BITS:
        raise BlobCorrupt(f"{mode:#o} in a tree is no set of permission bits")
    return mode
