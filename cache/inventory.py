"""Lists what a store's folder holds, with sizes and times, and what each result reaches."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from cache import hardlink, sharedtree
from cache.errors import BlobCorrupt
from cache.folder import TEMPORARY, open_entry
from cache.seal import MAX_RESULT_BYTES, unseal
from cache.size import charged_bytes
from cache.tree import MAX_TREE_BYTES
from cache.wire import decode_action_result

_HASH = re.compile(r"[0-9a-f]{64}")
_DIGEST = re.compile(rb"\x0a\x40([0-9a-f]{64})")
"""Field 1 of a `Digest` message. A file's name may look like one too; then one blob too many is kept."""


class File(NamedTuple):
    """A file or directory of a store."""

    path: str
    """Absolute."""
    name: str
    """The last part: a hash where it is a result, blob or tree."""
    size_bytes: int
    """What it is charged."""
    modified: float
    """When it was made or last used, in seconds since the epoch."""


class Inventory(NamedTuple):
    """All that is in a store, apart from its few own files."""

    results: list[File]
    blobs: dict[str, File]
    """By hash."""
    pool: list[File]
    """Files that no artifact links to any more; those that one does belong to it, and cost nothing here."""
    trees: list[File]
    """Directories that artifacts may be links to; time and size are those of the note beside them."""
    temporaries: list[File]

    @property
    def holds_something(self) -> bool:
        """Whether there is more than what builds are writing just now."""
        return bool(self.results or self.blobs or self.trees)

    @property
    def size_bytes(self) -> int:
        """What the whole store is charged."""
        rows = (self.results, self.blobs.values(), self.pool, self.trees, self.temporaries)
        return sum(file.size_bytes for row in rows for file in row)


def take_inventory(root: str) -> Inventory:
    """List the store `root`; files that go meanwhile are left out.

    Raises:
        OSError: a folder cannot be read.
    """
    shared = list(_scan(f"{root}/{sharedtree.FOLDER}"))
    return Inventory(
        results=[file for file in _scan_two(f"{root}/ac") if _HASH.fullmatch(file.name)],
        blobs={file.name: file for file in _scan_two(f"{root}/cas") if _HASH.fullmatch(file.name)},
        pool=[file for mode in _names(f"{root}/{hardlink.FOLDER}") for file in _unlinked(root, mode)],
        trees=[file for file in map(_tree, shared) if file is not None],
        temporaries=[
            *_scan(f"{root}/{TEMPORARY}"),
            *[file for file in shared if file.name.endswith(sharedtree.TEMPORARY_SUFFIX)],
        ],
    )


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _scan(folder: str, *, linked: bool = True) -> Iterator[File]:
    """What is in a folder; without what other names link to, where `linked` is false."""
    try:
        members = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with members:
        for member in members:
            try:
                status = member.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            # A link's age is not its file's: linking changes the ctime alone.
            used = status.st_mtime if linked else status.st_ctime
            if linked or status.st_nlink == 1:
                yield File(member.path, member.name, charged_bytes(status.st_size), used)


def _scan_two(folder: str) -> Iterator[File]:
    for name in _names(folder):
        yield from _scan(f"{folder}/{name}")


def _unlinked(root: str, mode: str) -> Iterator[File]:
    folder = f"{root}/{hardlink.FOLDER}/{mode}"
    for name in _names(folder):
        yield from _scan(f"{folder}/{name}", linked=False)


def _tree(note: File) -> File | None:
    """The shared directory that a note stands for."""
    path = note.path.removesuffix(sharedtree.SIZE_SUFFIX)
    if path == note.path:
        return None
    try:
        with os.fdopen(open_entry(note.path), "rb") as file:
            words = file.read(32).split()
    except FileNotFoundError:
        return None
    except BlobCorrupt:
        words = []
    size_bytes = int(words[0]) if words and words[0].isdigit() else 0
    return File(path, os.path.basename(path), size_bytes + note.size_bytes, note.modified)


class Reach:
    """Finds the blobs that results reach; each `Tree` message is read once."""

    def __init__(self, inventory: Inventory) -> None:
        self._blobs = inventory.blobs
        self._trees: dict[str, frozenset[str]] = {}

    def of(self, result: File) -> frozenset[str] | None:
        """Hashes of the blobs that a result reaches, those of its trees among them; None: it is damaged or gone."""
        try:
            with os.fdopen(open_entry(result.path), "rb") as file:
                data = file.read(MAX_RESULT_BYTES)
            outputs = decode_action_result(unseal(data, result.name)).output_directories
        except (BlobCorrupt, OSError):
            return None
        return _named(data).union(*[self._of_tree(output.tree_digest.hash) for output in outputs])

    def _of_tree(self, tree_hash: str) -> frozenset[str]:
        found = self._trees.get(tree_hash)
        if found is None:
            found = self._trees[tree_hash] = self._read_tree(tree_hash)
        return found

    def _read_tree(self, tree_hash: str) -> frozenset[str]:
        blob = self._blobs.get(tree_hash)
        if blob is None or blob.size_bytes > charged_bytes(MAX_TREE_BYTES):
            return frozenset()
        try:
            with os.fdopen(open_entry(blob.path), "rb") as file:
                return _named(file.read(MAX_TREE_BYTES))
        except (BlobCorrupt, OSError):
            return frozenset()


def _named(message: bytes) -> frozenset[str]:
    return frozenset([hash_.decode() for hash_ in _DIGEST.findall(message)])
