"""The scratch: the private copy of a code directory that make runs in, proven equal to what was scanned."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Callable
from typing import TypeVar

import xxhash

from cache.snapshot import FileRow, Snapshot, normal_mode
from engine.errors import EnvironmentFault
from engine.run.moving import rename
from engine.run.removal import remove_tree

_CHUNK_BYTES = 1 << 20
_SOURCE_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_COPY_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_UNWRITABLE = 0o300
_READABLE_CHARACTERS = 40
_BESIDE = ".d"
_REPLACED = frozenset((errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENXIO))
Listed = TypeVar("Listed")


class Scratch:
    """The folder of one project's scratch copies: the same path in every build, so that compilers' caches hit.

    It lies in the folder for temporary files, as sam's does, and not in the checkout: cargo, npm, git and others look
    upwards for configuration and would find the checkout's.
    """

    def __init__(self, state_dir: str) -> None:
        """`state_dir` names the project.

        Raises:
            EnvironmentFault: when the folder cannot be made or belongs to somebody else.
        """
        name = hashlib.sha256(os.fsencode(state_dir)).hexdigest()[:12]
        parent = "TMPDIR"
        try:
            parent = os.path.join(tempfile.gettempdir(), f"engine-{os.geteuid()}")
            self.root = os.path.join(parent, name)
            os.makedirs(parent, mode=0o700, exist_ok=True)
            status = os.lstat(parent)
            if status.st_uid != os.geteuid() or not stat.S_ISDIR(status.st_mode) or status.st_mode & 0o022:
                raise PermissionError(f"{parent} belongs to somebody else")
            os.makedirs(self.root, exist_ok=True)
        except OSError as error:
            raise EnvironmentFault(
                f"There is no folder for scratch copies: {error}",
                rows=(("folder", parent),),
                hint="set TMPDIR to a folder that you may write to",
            ) from None

    def path_of(self, full_path: str) -> str:
        """Absolute path of the scratch of a target: short, and of characters that mean nothing to make or a shell.

        Makefiles write `$(CURDIR)/%.o: $(CURDIR)/%.c`, so a `%`, a space or a `$` in it would break them.
        """
        readable = re.sub("[^A-Za-z0-9]", "-", full_path)[-_READABLE_CHARACTERS:].lstrip("-")
        return os.path.join(self.root, f"{readable}-{hashlib.sha256(_bytes(full_path)).hexdigest()[:8]}")

    def copy(self, full_path: str, source: str, snapshot: Snapshot | None) -> tuple[str, bool]:
        """Fill a target's scratch with what `snapshot` lists of `source`: (its path, whether every byte is as scanned).

        Bytes, modification times and modes are kept as sam keeps them, group and others' write permission apart.
        """
        destination = self.path_of(full_path)
        self._make_way(destination)
        os.mkdir(destination, 0o755)
        faithful = snapshot is None or copy_tree(source, destination, snapshot)
        return destination, faithful

    def beside(self, full_path: str) -> str:
        """A new folder for what else the run of a target needs; `remove` takes it too."""
        folder = self.path_of(full_path) + _BESIDE
        self._make_way(folder)
        os.mkdir(folder, 0o755)
        return folder

    def remove(self, full_path: str) -> None:
        """Remove a target's scratch and what lies beside it."""
        path = self.path_of(full_path)
        try:
            remove_tree(path)
        finally:
            remove_tree(path + _BESIDE)

    def clear(self) -> None:
        """Remove everything, such as what a killed build left; what cannot be removed stays."""
        for name in os.listdir(self.root):
            with contextlib.suppress(OSError):
                remove_tree(os.path.join(self.root, name))

    def remove_all(self) -> None:
        """Remove the folder when the build needs no copy any more; what cannot be removed stays."""
        self.clear()
        with contextlib.suppress(OSError):
            os.rmdir(self.root)

    def _make_way(self, path: str) -> None:
        """Remove an old scratch; one with files of another user, as containers leave them, is put aside."""
        try:
            remove_tree(path)
        except OSError:
            rename(path, os.path.join(tempfile.mkdtemp(prefix="left-", dir=self.root), "it"))


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")


def copy_tree(source: str, destination: str, snapshot: Snapshot) -> bool:
    """Copy the listed files into the existing, empty `destination`; whether all were as listed."""
    modes = snapshot.directory_modes()
    directories = [path for path in snapshot.directories if path]
    for path in directories:
        os.mkdir(f"{destination}/{path}", normal_mode(modes[path]) | _UNWRITABLE)
    faithful = True
    for row in snapshot.rows():
        faithful &= _as_listed(_copy_file, f"{source}/{row.path}", f"{destination}/{row.path}", row)
    for path in reversed(directories):
        os.chmod(f"{destination}/{path}", normal_mode(modes[path]))
        faithful &= _as_listed(_copy_times, f"{source}/{path}", f"{destination}/{path}", modes[path])
    return faithful


def _as_listed(copy: Callable[[str, str, Listed], bool], source: str, destination: str, listed: Listed) -> bool:
    """Copy one entry; False where it is no longer what was listed, or is gone."""
    try:
        return copy(source, destination, listed)
    except OSError as error:
        if error.errno not in _REPLACED:
            raise
        return False


def _copy_times(source: str, destination: str, mode: int) -> bool:
    status = os.stat(source)
    os.utime(destination, ns=(status.st_atime_ns, status.st_mtime_ns))
    return normal_mode(status.st_mode) == normal_mode(mode)


def _copy_file(source: str, destination: str, row: FileRow) -> bool:
    reading = os.open(source, _SOURCE_FLAGS)
    try:
        status = os.fstat(reading)
        writing = os.open(destination, _COPY_FLAGS, 0o600)
        try:
            same = _copy_bytes(reading, writing, status.st_size, row)
            os.fchmod(writing, normal_mode(status.st_mode))
            os.utime(writing, ns=(status.st_atime_ns, status.st_mtime_ns))
        finally:
            os.close(writing)
    finally:
        os.close(reading)
    return same and normal_mode(status.st_mode) == normal_mode(row.stat.mode)


def _copy_bytes(reading: int, writing: int, size_bytes: int, row: FileRow) -> bool:
    """Copy in one pass that hashes what it copies; the digest decides, not the stats."""
    digest = xxhash.xxh3_128()
    while chunk := os.read(reading, min(size_bytes + 1, _CHUNK_BYTES)):
        digest.update(chunk)
        written = os.write(writing, chunk)
        while written < len(chunk):
            written += os.write(writing, memoryview(chunk)[written:])
        if len(chunk) < _CHUNK_BYTES and len(chunk) == size_bytes:
            break
    return digest.digest() == row.fingerprint[32:]
