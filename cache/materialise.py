"""Makes a directory of a tree, exactly as it was: bytes, modes, symbolic links, empty folders.

No blob is believed: each is compared with its digest as it is copied, whatever the store is. Files are made below a
descriptor of the new directory, exclusively and never through a link; links come after all files.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import NamedTuple

from cache.copier import Copier
from cache.digest import Fingerprint
from cache.errors import StoreUnavailable
from cache.hardlink import LinkPool
from cache.placing import DIRECTORY_FLAGS, LinkMode, place_files, placer
from cache.remove import remove_tree
from cache.sharedtree import shared_tree
from cache.statkey import StatKey, stat_key
from cache.store import LocalStore, Store
from cache.tree import MODE_BITS, Entry, Tree, encode_tree

__all__ = ["LinkMode", "Materialised", "materialise"]

SMALL_FILE_BYTES = 256 * 1024
"""On average. Hashing and writing larger files leaves the interpreter to other threads for long enough to pay."""
_ONE_AT_A_TIME = Lock()


class Materialised(NamedTuple):
    """A directory as it was made."""

    stats: tuple[tuple[str, StatKey], ...]
    """Every entry's by path, sorted; the root's is `""` (the directory's, also where the destination is a link to it).
    A rename of the directory changes the root's ctime."""
    fingerprints: dict[str, Fingerprint]
    """Every file's by path."""


def materialise(tree: Tree, destination: str, store: Store, link_mode: LinkMode = "clone") -> Materialised:
    """Make `tree` at `destination`, which must not exist but whose parent must. After an error nothing is left of it.

    Modes other than copy need a store of this machine, and file systems that can; else files are copied.

    Raises:
        BlobMissing, BlobCorrupt: the store does not hold a file as its digest says; a damaged blob is discarded.
        StoreUnavailable: the store cannot be read.
        OSError: the directory cannot be made (it exists, no space, no permission).
    """
    if link_mode == "symlink" and isinstance(store, LocalStore):
        return _materialise_link(tree, destination, store)
    return _materialise_directory(tree, destination, placer(store, link_mode))


def _materialise_link(tree: Tree, destination: str, store: LocalStore) -> Materialised:
    how = placer(store, "clone")
    digest = encode_tree(tree).tree_digest
    try:
        path, found = shared_tree(tree, digest, store.folder, lambda path: _materialise_directory(tree, path, how))
    except StoreUnavailable:  # a read-only store can still be copied from
        return _materialise_directory(tree, destination, how)
    os.symlink(path, destination)
    return Materialised(found.stats, found.fingerprints)


def _materialise_directory(tree: Tree, destination: str, how: Copier | LinkPool) -> Materialised:
    os.mkdir(destination, 0o700)
    try:
        root_fd = os.open(destination, DIRECTORY_FLAGS)
        try:
            with _turn(tree):
                return _Making(tree, root_fd).run(how)
        finally:
            os.close(root_fd)
    except BaseException:
        remove_tree(destination)
        raise


def _turn(tree: Tree) -> AbstractContextManager[object]:
    """Trees of small files are made one at a time: threads that take turns at every call are slower than one thread."""
    is_small = tree.content_bytes <= SMALL_FILE_BYTES * len(tree.entries)
    return _ONE_AT_A_TIME if is_small else nullcontext()


class _Making:
    """One directory in the making; paths are relative to the descriptor of its root."""

    def __init__(self, tree: Tree, root_fd: int) -> None:
        self._tree = tree
        self._root_fd = root_fd
        self._stats: list[tuple[str, StatKey]] = []
        self._fingerprints: dict[str, Fingerprint] = {}

    def run(self, how: Copier | LinkPool) -> Materialised:
        directories = [entry for entry in self._tree.entries if entry.kind == "directory"]
        for entry in directories:
            os.mkdir(entry.path, entry.mode & 0o777 | 0o700, dir_fd=self._root_fd)
        self._place_files(how)
        for entry in self._tree.entries:
            if entry.target is not None:
                self._place_link(entry.path, entry.target)
        # Deepest first: a mode may close a directory, and making what is in it changes its times.
        for entry in reversed(directories):
            self._finish_directory(entry)
        os.fchmod(self._root_fd, self._tree.mode)
        self._stats.append(("", stat_key(os.fstat(self._root_fd))))
        self._stats.sort()
        return Materialised(tuple(self._stats), self._fingerprints)

    def _place_files(self, how: Copier | LinkPool) -> None:
        files = [entry for entry in self._tree.entries if entry.digest is not None]
        for entry, placed in zip(files, place_files(files, self._root_fd, how), strict=True):
            self._stats.append((entry.path, placed.key))
            self._fingerprints[entry.path] = placed.fingerprint

    def _place_link(self, path: str, target: str) -> None:
        os.symlink(target, path, dir_fd=self._root_fd)
        self._stats.append((path, stat_key(os.stat(path, dir_fd=self._root_fd, follow_symlinks=False))))

    def _finish_directory(self, entry: Entry) -> None:
        status = os.stat(entry.path, dir_fd=self._root_fd, follow_symlinks=False)
        if status.st_mode & MODE_BITS != entry.mode:
            os.chmod(entry.path, entry.mode, dir_fd=self._root_fd)
            status = os.stat(entry.path, dir_fd=self._root_fd, follow_symlinks=False)
        self._stats.append((entry.path, stat_key(status)))
