"""Reads a directory into a tree, each file once: hashed, and kept in a store, in the same pass."""

from __future__ import annotations

import errno
import os
import stat
from typing import NamedTuple

from cache.digest import Digest, Fingerprint, fingerprint_file
from cache.errors import ChangedWhileRead, NotRepresentable
from cache.statkey import StatKey, stat_key
from cache.store import LocalStore, Store
from cache.tree import MAX_DEPTH, MODE_BITS, SYMLINK_MODE, Entry, Tree, encode_tree

__all__ = ["Ingested", "StatKey", "ingest", "stat_key"]

_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Ingested(NamedTuple):
    """A directory as it was read."""

    tree: Tree
    tree_digest: Digest
    """Of the `Tree` message, which the store now holds."""
    root_digest: Digest
    """Of the root's `Directory` message."""
    stats: tuple[tuple[str, StatKey], ...]
    """Every entry's by path, sorted; the root's is `""`. A rename of the directory changes the root's ctime."""
    fingerprints: dict[str, Fingerprint]
    """Every file's by path."""


def ingest(directory: str, store: Store | None) -> Ingested:
    """Read `directory` and keep its files and its `Tree` message in `store` (None: only hash). Links are not followed.

    Raises:
        NotRepresentable: there is something unreadable, a socket, FIFO or device, a name that is not UTF-8, or a link
            that leaves the directory.
        ChangedWhileRead: something changed meanwhile.
        StoreUnavailable: the store cannot be written to.
        FileNotFoundError: there is no such directory.
    """
    reader = _Reader(directory, store)
    root_status = reader.read_directory("", directory, None, 0)
    tree = Tree(tuple(sorted(reader.entries)), stat.S_IMODE(root_status[4]))
    encoded = encode_tree(tree)
    if store is not None:
        store.put_bytes(encoded.tree_message, encoded.tree_digest)
    stats = tuple(sorted([("", root_status), *reader.stats]))
    return Ingested(tree, encoded.tree_digest, encoded.root_digest, stats, reader.fingerprints)


class _Reader:
    """One walk over a directory."""

    def __init__(self, directory: str, store: Store | None) -> None:
        self._directory = directory
        self._store = store
        self._local = store if isinstance(store, LocalStore) else None
        self.entries: list[Entry] = []
        self.stats: list[tuple[str, StatKey]] = []
        self.fingerprints: dict[str, Fingerprint] = {}

    def read_directory(self, path: str, name: str, parent_fd: int | None, depth: int) -> StatKey:
        """Add what is in the directory `path`, found as `name` in `parent_fd`; its own status."""
        if depth > MAX_DEPTH:
            raise NotRepresentable(f"{path[:80]!r}… is more than {MAX_DEPTH} directories deep")
        try:
            fd = os.open(name, _DIRECTORY_FLAGS, dir_fd=parent_fd)
        except OSError as error:
            if not path and isinstance(error, FileNotFoundError):
                raise
            raise _refusal(path or name, error) from error
        try:
            before = stat_key(os.fstat(fd))
            with os.scandir(fd) as members:
                for member in members:
                    self._read_member(path + "/" + member.name if path else member.name, member, fd, depth)
            if stat_key(os.fstat(fd)) != before:
                raise _changed(path or name)
        finally:
            os.close(fd)
        return before

    def _read_member(self, path: str, member: os.DirEntry[str], fd: int, depth: int) -> None:
        try:
            if member.is_file(follow_symlinks=False):
                key = self._read_file(path, member.name, fd)
            elif member.is_dir(follow_symlinks=False):
                key = self.read_directory(path, member.name, fd, depth + 1)
                self.entries.append(Entry(path, "directory", key[4] & MODE_BITS, None, None))
            elif member.is_symlink():
                key = stat_key(os.stat(member.name, dir_fd=fd, follow_symlinks=False))
                target = os.readlink(member.name, dir_fd=fd)
                self.entries.append(Entry(path, "symlink", SYMLINK_MODE, None, target))
            else:
                raise NotRepresentable(f"{path!r} is a socket, FIFO or device")
        except OSError as error:
            raise _refusal(path, error) from error
        self.stats.append((path, key))

    def _read_file(self, path: str, name: str, directory_fd: int) -> StatKey:
        fd = os.open(name, _FILE_FLAGS, dir_fd=directory_fd)
        try:
            before = stat_key(os.fstat(fd))
            if not stat.S_ISREG(before[4]):
                raise _changed(path)
            fingerprint = self._local.absorb(fd) if self._local is not None else fingerprint_file(fd)
            if stat_key(os.fstat(fd)) != before or fingerprint.digest.size_bytes != before[0]:
                raise _changed(path)
        finally:
            os.close(fd)
        if self._local is None and self._store is not None:
            self._store.put_file(os.path.join(self._directory, path), fingerprint.digest)
        self.entries.append(Entry(path, "file", before[4] & MODE_BITS, fingerprint.digest, None))
        self.fingerprints[path] = fingerprint
        return before


def _changed(path: str) -> ChangedWhileRead:
    return ChangedWhileRead(f"{path!r} changed while it was read")


def _refusal(path: str, error: OSError) -> ChangedWhileRead | NotRepresentable:
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
        return _changed(path)
    return NotRepresentable(f"{path!r} cannot be read: {error.strerror or error}")
