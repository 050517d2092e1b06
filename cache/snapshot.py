"""A snapshot: what a directory held, with the stats that let it be checked again without reading a file.

A second look at a tree reads nothing where stats agree: a directory whose own stat is unchanged holds the same names,
and a file whose (size, mtime, ctime, inode, mode) is unchanged holds the same bytes. git's racy rule guards both: what
was modified in the clock tick in which it was read is never trusted (git's `technical/racy-git` page).

Two digests of each file are kept: xxh3-128 says locally whether bytes changed, SHA-256 names them for others.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
from array import array
from collections.abc import Callable, Iterator
from typing import NamedTuple

import xxhash

from cache.errors import CacheError

FINGERPRINT_BYTES = 48
"""SHA-256 (32 bytes), then xxh3-128 (16 bytes)."""

Stat = tuple[int, int, int, int, int]
"""Size in bytes, mtime and ctime in nanoseconds, inode, st_mode."""

Select = Callable[[str, bool], bool]
"""(relative path, is a directory) -> whether it belongs to the snapshot."""

UNTRUSTED_NS = -(2**63)
"""An mtime that no file has."""

_FIELDS = 5
_TICK_NS = 20_000_000  # the kernel's coarse clock moves every 1 to 10 ms
_COARSE_TICK_NS = 2_000_000_000  # FAT keeps even seconds; a stamp without a fraction is taken for one of those
_SECOND_NS = 1_000_000_000
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


class Snapshot(NamedTuple):
    """A directory's content. Plain data, cheap to marshal; paths are relative and sorted, `""` is the root itself."""

    digest: str
    """Hex SHA-256 of the canonical listing (`docs/formats.md`, "input listing")."""
    directories: tuple[str, ...]
    directory_stats: bytes
    files: tuple[str, ...]
    file_stats: bytes
    """Five signed 64-bit integers a file (`Stat`); the mtime is `UNTRUSTED_NS` where the racy rule forbids trust."""
    fingerprints: bytes
    """FINGERPRINT_BYTES a file."""
    links: tuple[tuple[str, str], ...]
    """Symbolic links (path, text); empty where links are followed."""

    def rows(self) -> Iterator[FileRow]:
        """Each file, sorted by path."""
        stats = array("q", self.file_stats)
        for index, path in enumerate(self.files):
            at = index * FINGERPRINT_BYTES
            digest = self.fingerprints[at : at + FINGERPRINT_BYTES]
            size, mtime_ns, ctime_ns, inode, mode = stats[index * _FIELDS : index * _FIELDS + _FIELDS]
            yield FileRow(path, Stat5(size, mtime_ns, ctime_ns, inode % 2**64, mode), digest)

    def newest_change_ns(self) -> int:
        """The newest ctime in the snapshot."""
        ctimes = array("q", self.directory_stats)[2::_FIELDS] + array("q", self.file_stats)[2::_FIELDS]
        return max(ctimes, default=0)

    def directory_modes(self) -> dict[str, int]:
        """st_mode of each directory."""
        stats = array("q", self.directory_stats)
        return dict(zip(self.directories, stats[_FIELDS - 1 :: _FIELDS], strict=True))


class Stat5(NamedTuple):
    """`Stat` with names."""

    size_bytes: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    mode: int


class FileRow(NamedTuple):
    """One file of a snapshot."""

    path: str
    stat: Stat5
    fingerprint: bytes


def filesystem_clock_ns(directory: str) -> int:
    """What the file system that holds `directory` calls now, in nanoseconds; its stamps are compared with this."""
    try:
        with tempfile.TemporaryFile(dir=directory) as probe:
            return os.fstat(probe.fileno()).st_mtime_ns
    except OSError:
        import time

        return time.time_ns()


def key_of(status: os.stat_result) -> Stat:
    """The part of a stat that changes when content, names or modes change."""
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_mode)


def trusted(status: Stat, clock_ns: int) -> Stat:
    """`status` as it may be kept: with an mtime that never matches where a later write could look the same."""
    size, mtime_ns, ctime_ns, inode, mode = status
    newest = max(mtime_ns, ctime_ns)
    tick = _TICK_NS if mtime_ns % _SECOND_NS or ctime_ns % _SECOND_NS else _COARSE_TICK_NS
    return status if newest + tick < clock_ns else (size, UNTRUSTED_NS, ctime_ns, inode, mode)


def unchanged(root: str, snapshot: Snapshot) -> bool:
    """Whether `root` still holds what `snapshot` says, by stats alone; False also where only reading could tell."""
    prefix = root + "/"
    try:
        return (
            _stats_of(prefix, snapshot.directories) == snapshot.directory_stats
            and _stats_of(prefix, snapshot.files) == snapshot.file_stats
            and all(os.readlink(prefix + path) == text for path, text in snapshot.links)
        )
    except OSError:
        return False


def _stats_of(prefix: str, paths: tuple[str, ...]) -> bytes:
    fields: list[int] = []
    extend, call = fields.extend, os.stat
    for path in paths:
        s = call(prefix + path)
        extend((s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino, s.st_mode))
    return _packed(fields)


def _packed(fields: list[int]) -> bytes:
    try:
        return array("q", fields).tobytes()
    except OverflowError:  # inode numbers above 2**63 exist
        return array("q", [(field + 2**63) % 2**64 - 2**63 for field in fields]).tobytes()


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


def assemble(
    directories: list[tuple[str, Stat]],
    files: list[tuple[str, Stat, bytes]],
    links: list[tuple[str, str]],
    *,
    follow: bool,
    folders: bool = True,
) -> Snapshot:
    """The snapshot of entries that were read elsewhere; stats have gone through `trusted`."""
    directories, files, links = sorted(directories), sorted(files), sorted(links)
    listed = directories if folders else []
    return Snapshot(
        _listing_digest(listed, files, links, normal_mode if follow else stat.S_IMODE),
        tuple(path for path, _ in directories),
        _packed([field for _, status in directories for field in status]),
        tuple(path for path, _, _ in files),
        _packed([field for _, status, _ in files for field in status]),
        b"".join(digest for _, _, digest in files),
        tuple(links),
    )


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


def normal_mode(mode: int) -> int:
    """Permission bits as make sees them: writable by the owner alone, whatever the umask of the checkout was."""
    return mode & 0o7755


def _listing_digest(
    directories: list[tuple[str, Stat]],
    files: list[tuple[str, Stat, bytes]],
    links: list[tuple[str, str]],
    mode_of: Callable[[int], int],
) -> str:
    lines = [b"d %o %b" % (mode_of(status[4]), os.fsencode(path)) for path, status in directories if path]
    lines += [
        b"f %o %d %b %b" % (mode_of(status[4]), status[0], digest[:32].hex().encode(), os.fsencode(path))
        for path, status, digest in files
    ]
    lines += [b"l %b\0%b" % (os.fsencode(path), os.fsencode(text)) for path, text in links]
    return hashlib.sha256(b"\0".join([b"input-listing-v1", *lines])).hexdigest()
