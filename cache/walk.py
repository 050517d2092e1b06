"""Reading a directory into a snapshot."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable

import xxhash

from cache.errors import CacheError
from cache.snapshot import UNTRUSTED_NS, Snapshot, Stat, assemble, key_of, trusted

Select = Callable[[str, bool], bool]
"""(relative path, is a directory) -> whether it belongs to the snapshot."""

_CHUNK_BYTES = 1 << 20
_MAX_DEPTH = 200
_KINDS = {
    stat.S_IFIFO: "is a FIFO",
    stat.S_IFSOCK: "is a socket",
    stat.S_IFCHR: "is a character device",
    stat.S_IFBLK: "is a block device",
}
_REASONS = {
    errno.EACCES: "cannot be read: permission denied",
    errno.EPERM: "cannot be read: permission denied",
    errno.ELOOP: "is a symbolic link that loops",
    errno.ENOENT: "is a symbolic link that points to nothing",
    errno.ENAMETOOLONG: "has a path that is too long for this system",
}


class UnreadableEntry(CacheError):
    """An entry cannot be part of a snapshot: `path` is absolute, `why` says what is wrong with it."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


def take(
    root: str,
    *,
    clock_ns: int,
    follow: bool,
    select: Select | None = None,
    previous: Snapshot | None = None,
    folders: bool = True,
) -> Snapshot:
    """Read the directory `root`; files that `previous` knows by their stats are not read again.

    `clock_ns` is `filesystem_clock_ns` from before the call. With `follow`, symbolic links are what they point to.
    Without `folders`, folders and their modes do not count in the digest.

    Raises:
        UnreadableEntry: for special files, unreadable ones and, with `follow`, dangling and looping links.
    """
    walk = _Walk(root, clock_ns, follow, select, previous)
    walk.run()
    return assemble(walk.directories, walk.files, walk.links, follow=follow, folders=folders)


class _Walk:
    """One reading of a tree."""

    __slots__ = ("_clock_ns", "_follow", "_known", "_root", "_select", "directories", "files", "links")

    def __init__(
        self, root: str, clock_ns: int, follow: bool, select: Select | None, previous: Snapshot | None
    ) -> None:
        self._root = root
        self._clock_ns = clock_ns
        self._follow = follow
        self._select = select
        self._known = {row.path: row for row in previous.rows()} if previous else {}
        self.directories: list[tuple[str, Stat]] = []
        self.files: list[tuple[str, Stat, bytes]] = []
        self.links: list[tuple[str, str]] = []

    def run(self) -> None:
        self._directory("", self._root, ())

    def _directory(self, path: str, full: str, ancestors: tuple[tuple[int, int], ...]) -> None:
        try:
            status = os.stat(full)
            names = os.listdir(full)
        except OSError as error:
            raise _unreadable(full, error) from None
        identity = (status.st_dev, status.st_ino)
        if identity in ancestors or len(ancestors) > _MAX_DEPTH:
            raise UnreadableEntry(full, "is a symbolic link that loops" if identity in ancestors else "lies too deep")
        self.directories.append((path, trusted(key_of(status), self._clock_ns)))
        prefix = path + "/" if path else ""
        for name in names:
            self._entry(prefix + name, f"{full}/{name}", (*ancestors, identity))

    def _entry(self, path: str, full: str, ancestors: tuple[tuple[int, int], ...]) -> None:
        try:
            status = os.stat(full, follow_symlinks=self._follow)
        except OSError as error:
            if not _vanished(full) and self._selected(path, False):
                raise _unreadable(full, error) from None
            return
        kind = stat.S_IFMT(status.st_mode)
        if not self._selected(path, kind == stat.S_IFDIR):
            return
        if kind == stat.S_IFREG:
            self._file(path, full, key_of(status))
        elif kind == stat.S_IFDIR:
            self._directory(path, full, ancestors)
        elif kind == stat.S_IFLNK:
            self.links.append((path, os.readlink(full)))
        else:
            raise UnreadableEntry(full, _KINDS.get(kind, "is neither a file nor a directory"))

    def _selected(self, path: str, is_directory: bool) -> bool:
        return self._select is None or self._select(path, is_directory)

    def _file(self, path: str, full: str, status: Stat) -> None:
        known = self._known.get(path)
        if known is not None and known.stat == status:
            self.files.append((path, trusted(status, self._clock_ns), known.fingerprint))
            return
        try:
            read, digest = read_file(full, known.fingerprint if known else None)
        except OSError as error:
            raise _unreadable(full, error) from None
        self.files.append((path, trusted(read, self._clock_ns), digest))


def _vanished(path: str) -> bool:
    """Whether `path` is gone; one that only cannot be looked at is not."""
    try:
        os.lstat(path)
    except OSError as error:
        return error.errno in (errno.ENOENT, errno.ENOTDIR)
    return False


def _unreadable(path: str, error: OSError) -> UnreadableEntry:
    return UnreadableEntry(path, _REASONS.get(error.errno or 0, f"cannot be read: {error.strerror}"))


def read_file(full: str, known: bytes | None) -> tuple[Stat, bytes]:
    """Stat and fingerprint of one file, read once; SHA-256 is not computed where xxh3 says the bytes are `known`.

    Raises:
        OSError: when it cannot be read, or is no regular file: a FIFO or device has no content to speak of.
    """
    descriptor = os.open(full, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        before = key_of(os.fstat(descriptor))
        if not stat.S_ISREG(before[4]):
            raise OSError(errno.EINVAL, "not a regular file", full)
        digest = _fingerprint(descriptor, before[0], known)
        after = key_of(os.fstat(descriptor))
    finally:
        os.close(descriptor)
    size, _, ctime_ns, inode, mode = after
    return (after if before == after else (size, UNTRUSTED_NS, ctime_ns, inode, mode)), digest


def _fingerprint(descriptor: int, size_bytes: int, known: bytes | None) -> bytes:
    if size_bytes < _CHUNK_BYTES:
        data = os.read(descriptor, size_bytes + 1)
        if len(data) == size_bytes:
            quick = xxhash.xxh3_128_digest(data)
            if known is not None and known[32:] == quick:
                return known
            return hashlib.sha256(data).digest() + quick
        os.lseek(descriptor, 0, os.SEEK_SET)
    strong, fast = hashlib.sha256(), xxhash.xxh3_128()
    while chunk := os.read(descriptor, _CHUNK_BYTES):
        strong.update(chunk)
        fast.update(chunk)
    return strong.digest() + fast.digest()
