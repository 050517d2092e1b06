"""Makes a directory of a tree, exactly as it was: bytes, modes, symbolic links, empty folders.

No blob is believed: each is compared with its digest as it is copied, whatever the store is. Files are made below a
descriptor of the new directory, exclusively and never through a link; links come after all files.
"""

from __future__ import annotations

import os
from typing import Literal, NamedTuple

from cache.copier import Copier
from cache.digest import Fingerprint
from cache.errors import StoreUnavailable
from cache.hardlink import LinkPool
from cache.remove import remove_tree
from cache.sharedtree import shared_tree
from cache.statkey import StatKey, stat_key
from cache.store import LocalStore, Store
from cache.tree import MODE_BITS, Entry, Tree, encode_tree

LinkMode = Literal["clone", "copy", "hardlink", "symlink"]
"""How files come to be: sharing blocks where possible, written, linked to a pool, or the directory itself a link."""

_DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


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
    local = store if isinstance(store, LocalStore) else None
    if link_mode == "symlink" and local is not None:
        return _materialise_link(tree, destination, local)
    if link_mode == "hardlink" and local is not None:
        return _materialise_directory(tree, destination, LinkPool(local))
    return _materialise_directory(tree, destination, Copier(store, clones=link_mode != "copy"))


def _materialise_link(tree: Tree, destination: str, store: LocalStore) -> Materialised:
    copier = Copier(store, clones=True)
    digest = encode_tree(tree).tree_digest
    try:
        path, found = shared_tree(tree, digest, store.folder, lambda path: _materialise_directory(tree, path, copier))
    except StoreUnavailable:  # a read-only store can still be copied from
        return _materialise_directory(tree, destination, copier)
    os.symlink(path, destination)
    return Materialised(found.stats, found.fingerprints)


def _materialise_directory(tree: Tree, destination: str, placer: Copier | LinkPool) -> Materialised:
    os.mkdir(destination, 0o700)
    try:
        root_fd = os.open(destination, _DIRECTORY_FLAGS)
        try:
            return _Making(tree, root_fd, placer).run()
        finally:
            os.close(root_fd)
    except BaseException:
        remove_tree(destination)
        raise


class _Making:
    """One directory in the making; paths are relative to the descriptor of its root."""

    def __init__(self, tree: Tree, root_fd: int, placer: Copier | LinkPool) -> None:
        self._tree = tree
        self._root_fd = root_fd
        self._placer = placer
        self._stats: list[tuple[str, StatKey]] = []
        self._fingerprints: dict[str, Fingerprint] = {}

    def run(self) -> Materialised:
        directories = [entry for entry in self._tree.entries if entry.kind == "directory"]
        for entry in directories:
            os.mkdir(entry.path, entry.mode & 0o777 | 0o700, dir_fd=self._root_fd)
        for path, files in self._files_by_directory().items():
            self._place_files(path, files)
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

    def _files_by_directory(self) -> dict[str, list[Entry]]:
        groups: dict[str, list[Entry]] = {}
        for entry in self._tree.entries:
            if entry.digest is not None:
                groups.setdefault(entry.path.rpartition("/")[0], []).append(entry)
        return groups

    def _place_files(self, directory: str, files: list[Entry]) -> None:
        fd = os.open(directory or ".", _DIRECTORY_FLAGS, dir_fd=self._root_fd)
        start = len(directory) + 1 if directory else 0
        try:
            for path, _, mode, digest, _ in files:
                if digest is not None:
                    key, fingerprint = self._placer.place(digest, mode, path[start:], fd)
                    self._stats.append((path, key))
                    self._fingerprints[path] = fingerprint
        finally:
            os.close(fd)

    def _place_link(self, path: str, target: str) -> None:
        os.symlink(target, path, dir_fd=self._root_fd)
        self._stats.append((path, stat_key(os.stat(path, dir_fd=self._root_fd, follow_symlinks=False))))

    def _finish_directory(self, entry: Entry) -> None:
        status = os.stat(entry.path, dir_fd=self._root_fd, follow_symlinks=False)
        if status.st_mode & MODE_BITS != entry.mode:
            os.chmod(entry.path, entry.mode, dir_fd=self._root_fd)
            status = os.stat(entry.path, dir_fd=self._root_fd, follow_symlinks=False)
        self._stats.append((entry.path, stat_key(status)))
