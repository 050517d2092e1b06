"""A snapshot: what a directory held, with the stats that let it be checked again without reading a file.

A second look at a tree reads nothing where stats agree: a directory whose own stat is unchanged holds the same names,
and a file whose (size, mtime, ctime, inode, mode) is unchanged holds the same bytes. git's racy rule guards both: what
was modified in the clock tick in which it was read is never trusted (git's `technical/racy-git` page).

Two digests of each file are kept: xxh3-128 says locally whether bytes changed, SHA-256 names them for others.
`cache.walk` reads a directory into one.
"""

from __future__ import annotations

import hashlib
import os
import stat
from array import array
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import NamedTuple

FINGERPRINT_BYTES = 48
"""SHA-256 (32 bytes), then xxh3-128 (16 bytes)."""

Stat = tuple[int, int, int, int, int]
"""Size in bytes, mtime and ctime in nanoseconds, inode, st_mode."""

UNTRUSTED_NS = -(2**63)
"""An mtime that no file has."""

_FIELDS = 5
_KEY_OF = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino", "st_mode")  # the compiled form of `key_of`
_FOLDER_FLAGS = os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)
_TICK_NS = 20_000_000  # the kernel's coarse clock moves every 1 to 10 ms
_COARSE_TICK_NS = 2_000_000_000  # FAT keeps even seconds; a stamp without a fraction is taken for one of those
_SECOND_NS = 1_000_000_000


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
        return _birth_ns(os.open(directory, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except (AttributeError, OSError):  # no O_TMPFILE in this system, or in this file system
        return _named_birth_ns(directory)


def _birth_ns(descriptor: int) -> int:
    """The mtime of a file that was just made; closes it."""
    try:
        return os.fstat(descriptor).st_mtime_ns
    finally:
        os.close(descriptor)


def _named_birth_ns(directory: str) -> int:
    import tempfile
    import time

    try:
        descriptor, path = tempfile.mkstemp(dir=directory)
    except OSError:
        return time.time_ns()
    os.unlink(path)
    return _birth_ns(descriptor)


def key_of(status: os.stat_result) -> Stat:
    """The part of a stat that changes when content, names or modes change."""
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_mode)


def trusted(status: Stat, clock_ns: int) -> Stat:
    """`status` as it may be kept: with an mtime that never matches where a later write could look the same."""
    size, mtime_ns, ctime_ns, inode, mode = status
    newest = max(mtime_ns, ctime_ns)
    tick = _TICK_NS if mtime_ns % _SECOND_NS or ctime_ns % _SECOND_NS else _COARSE_TICK_NS
    return status if newest + tick < clock_ns else (size, UNTRUSTED_NS, ctime_ns, inode, mode)


def may_be_as_late(stamp_ns: int, clock_ns: int) -> bool:
    """Whether what bears this stamp may have happened when the clock showed `clock_ns`, or later.

    A stamp says when its tick began: one of whole seconds stands for all that happened up to two seconds later.
    """
    return stamp_ns + (0 if stamp_ns % _SECOND_NS else _COARSE_TICK_NS) >= clock_ns


def unchanged(root: str, snapshot: Snapshot) -> bool:
    """Whether `root` still holds what `snapshot` says, by stats alone; False also where only reading could tell."""
    try:
        folder = os.open(root, _FOLDER_FLAGS)
    except OSError:
        return False
    try:
        return (
            _stats_of(folder, snapshot.directories) == snapshot.directory_stats
            and _stats_of(folder, snapshot.files) == snapshot.file_stats
            and all(os.readlink(path, dir_fd=folder) == text for path, text in snapshot.links)
        )
    except OSError:
        return False
    finally:
        os.close(folder)


def _stats_of(folder: int, paths: tuple[str, ...]) -> bytes:
    """`Stat` of each path below the open `folder`: the kernel need not find the way to it again for each."""
    fields: list[int] = []
    extend, status_of = fields.extend, os.stat
    for path in paths:
        extend(_KEY_OF(status_of(path or ".", dir_fd=folder)))
    return _packed(fields)


def _packed(fields: list[int]) -> bytes:
    try:
        return array("q", fields).tobytes()
    except OverflowError:  # inode numbers above 2**63 exist
        return array("q", [(field + 2**63) % 2**64 - 2**63 for field in fields]).tobytes()


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
