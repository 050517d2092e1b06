"""The scratch: the private copy of a code directory that make runs in, proven equal to what was scanned."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile

import xxhash

from cache.snapshot import FileRow, Snapshot, normal_mode
from engine.errors import EnvironmentFault
from engine.run.removal import remove_tree

_CHUNK_BYTES = 1 << 20
_SOURCE_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_COPY_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_UNWRITABLE = 0o300


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
        parent = os.path.join(tempfile.gettempdir(), f"engine-{os.getuid()}")
        self.root = os.path.join(parent, name)
        try:
            os.makedirs(parent, mode=0o700, exist_ok=True)
            status = os.lstat(parent)
            if status.st_uid != os.getuid() or not stat.S_ISDIR(status.st_mode) or status.st_mode & 0o022:
                raise PermissionError(f"{parent} belongs to somebody else")
            os.makedirs(self.root, exist_ok=True)
        except OSError as error:
            raise EnvironmentFault(
                f"There is no folder for scratch copies: {error}",
                rows=(("folder", parent),),
                hint="set TMPDIR to a folder that you may write to",
            ) from None

    def path_of(self, full_path: str) -> str:
        """Absolute path of the scratch of a target."""
        return os.path.join(self.root, full_path.replace("%", "%25").replace("/", "%2F"))

    def copy(self, full_path: str, source: str, snapshot: Snapshot | None) -> tuple[str, bool]:
        """Fill a target's scratch with what `snapshot` lists of `source`: (its path, whether every byte is as scanned).

        Bytes, modification times and modes are kept as sam keeps them, group and others' write permission apart.
        """
        destination = self.path_of(full_path)
        remove_tree(destination)
        os.mkdir(destination, 0o755)
        faithful = snapshot is None or copy_tree(source, destination, snapshot)
        return destination, faithful

    def remove(self, full_path: str) -> None:
        """Remove a target's scratch."""
        remove_tree(self.path_of(full_path))

    def clear(self) -> None:
        """Remove everything, such as what a killed build left."""
        remove_tree(self.root)
        os.mkdir(self.root)


def copy_tree(source: str, destination: str, snapshot: Snapshot) -> bool:
    """Copy the listed files into the existing, empty `destination`; whether all were as listed."""
    modes = snapshot.directory_modes()
    for path in snapshot.directories:
        if path:
            os.mkdir(f"{destination}/{path}", normal_mode(modes[path]) | _UNWRITABLE)
    faithful = True
    for row in snapshot.rows():
        try:
            faithful &= _copy_file(f"{source}/{row.path}", f"{destination}/{row.path}", row)
        except FileNotFoundError:
            faithful = False
    for path in reversed(snapshot.directories):
        if path:
            os.chmod(f"{destination}/{path}", normal_mode(modes[path]))
            status = os.stat(f"{source}/{path}")
            os.utime(f"{destination}/{path}", ns=(status.st_atime_ns, status.st_mtime_ns))
    return faithful


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
