"""A folder of immutable files that appear by rename, with its mark: no writer needs a lock, no reader sees a half file.

Nothing is flushed to the disk: after a power cut a file may be short or hold other bytes, which readers check for.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from contextlib import suppress
from itertools import count

from cache.clone import write_all
from cache.errors import BlobCorrupt, StoreUnavailable
from cache.remove import remove_tree
from cache.size import charged_bytes

VERSION_FILE = "version"
VERSION_TEXT = b"sam-build-engine store 1\n"
TAG_FILE = "CACHEDIR.TAG"
TAG_TEXT = b"Signature: 8a477f597d28d172789f06886806bc55\n# The cache of a build engine; backups may leave it out.\n"
"""See https://bford.info/cachedir/"""
TEMPORARY = "tmp"

TOUCH_INTERVAL_S = 3600.0
"""A use is noted (as modification time) when the last noted one is older: writes stay few, order by use stays fair."""


def is_store(root: str) -> bool:
    """Whether a folder bears the mark of a store of this version."""
    try:
        return _mark_of(root) == VERSION_TEXT
    except (OSError, BlobCorrupt):
        return False


def _mark_of(root: str) -> bytes:
    fd = open_entry(f"{root}/{VERSION_FILE}")
    try:
        return os.read(fd, len(VERSION_TEXT) + 1)
    finally:
        os.close(fd)


def unavailable(error: OSError, path: str) -> StoreUnavailable:
    """The store's failure that an operating system's error on one of its files amounts to."""
    return StoreUnavailable(f"the cache cannot be used: {path}: {error.strerror or error}")


def unlink(path: str) -> None:
    """Remove a file, or a directory that lies in its place, if it is there and may be removed."""
    with suppress(OSError):  # whoever reads it checks it again, and the next collection tries again
        remove_tree(path)


def open_entry(path: str) -> int:
    """Open a file of a store for reading: never through a link, and never waiting for a writer.

    Raises:
        BlobCorrupt: what lies there is no file.
        OSError: it cannot be opened.
    """
    try:
        fd = os.open(path, _ENTRY_FLAGS)
    except OSError as error:
        if error.errno == errno.ENXIO or (error.errno == errno.ELOOP and os.path.islink(path)):
            raise _no_file(path, os.lstat(path).st_mode) from None
        raise
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode):
        os.close(fd)
        raise _no_file(path, mode)
    return fd


def read_entry(path: str, size_bytes: int) -> bytes | None:
    """What a file of a store holds, if it is so long; None where only a closer look could tell what is wrong."""
    try:
        fd = os.open(path, _ENTRY_FLAGS)
    except OSError:
        return None
    try:
        data = os.read(fd, size_bytes + 1)
    except OSError:
        return None
    finally:
        os.close(fd)
    return data if len(data) == size_bytes else None


def _no_file(path: str, mode: int) -> BlobCorrupt:
    return BlobCorrupt(f"{path} is {_KINDS.get(stat.S_IFMT(mode), 'a device')}, not a file")


_ENTRY_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFSOCK: "a socket",
}


def file_size(path: str) -> int:
    """Length of a file in bytes; -1 where there is none, or something that is no file."""
    try:
        status = os.lstat(path)
    except OSError:
        return -1
    return status.st_size if stat.S_ISREG(status.st_mode) else -1


def read_all(fd: int, limit: int) -> bytes:
    """At most `limit` bytes of a regular file from where it stands.

    Raises:
        OSError: the file cannot be read.
    """
    data = os.read(fd, limit)
    # Less than was asked for means the end, except at the kernel's limit of one read.
    while len(data) >= _READ_LIMIT_BYTES and (more := os.read(fd, limit - len(data))):
        data += more
    return data


_READ_LIMIT_BYTES = 0x7FFFF000


class Folder:
    """The folder `root`, made at the first write. Every method may raise StoreUnavailable.

    `added_bytes` counts what this object published, as `cache.size` charges it.
    """

    def __init__(self, root: str) -> None:
        self.root = os.path.abspath(root)
        self.added_bytes = 0
        self._prepared = False
        self._checked = False
        self._token = os.urandom(6).hex()
        self._counter = count()

    def check_version(self) -> None:
        """Refuse the store of another version; a folder without a mark (Bazel's, or none yet) will do."""
        if self._checked:
            return
        path = f"{self.root}/{VERSION_FILE}"
        try:
            text = _mark_of(self.root)
        except FileNotFoundError:
            text = VERSION_TEXT
        except OSError as error:
            raise unavailable(error, path) from error
        except BlobCorrupt as error:
            raise StoreUnavailable(f"the cache cannot be used: {error}") from error
        if text != VERSION_TEXT:
            raise StoreUnavailable(f"{self.root} was written by another version of the engine; name another folder")
        self._checked = True

    def prepare(self) -> None:
        """Make the folder and its mark."""
        self.check_version()
        try:
            os.makedirs(f"{self.root}/{TEMPORARY}", exist_ok=True)
            for name, text in ((TAG_FILE, TAG_TEXT), (VERSION_FILE, VERSION_TEXT)):
                if not os.path.lexists(f"{self.root}/{name}"):
                    self._mark(name, text)
        except OSError as error:
            raise unavailable(error, self.root) from error
        self._prepared = True

    def _mark(self, name: str, text: bytes) -> None:
        temp = self.temporary_path()
        with open(temp, "xb") as file:
            file.write(text)
        os.rename(temp, f"{self.root}/{name}")

    def temporary_path(self) -> str:
        """A name that no one else uses; what lies there when a process dies is swept by the next collection."""
        return f"{self.root}/{TEMPORARY}/{os.getpid()}-{self._token}-{next(self._counter)}"

    def temporary_file(self, mode: int) -> tuple[int, str]:
        """A new file, open for writing, and its path."""
        if not self._prepared:
            self.prepare()
        temp = self.temporary_path()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        try:
            try:
                return os.open(temp, flags, mode), temp
            except FileNotFoundError:
                self.prepare()  # someone cleared the store meanwhile
                return os.open(temp, flags, mode), temp
        except OSError as error:
            raise unavailable(error, temp) from error

    def write(self, path: str, data: bytes, mode: int) -> None:
        """Have `data` appear at `path`, in place of what may be there."""
        fd, temp = self.temporary_file(mode)
        try:
            try:
                write_all(fd, data)
            finally:
                os.close(fd)
        except OSError as error:
            unlink(temp)
            raise unavailable(error, path) from error
        self.publish(temp, path, len(data))

    def publish(self, temp: str, path: str, size_bytes: int) -> None:
        """Have a written temporary file appear at `path`."""
        try:
            try:
                os.rename(temp, path)
            except FileNotFoundError:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                os.rename(temp, path)
            except IsADirectoryError:
                unlink(path)
                os.rename(temp, path)
        except OSError as error:
            unlink(temp)
            raise unavailable(error, path) from error
        self.added_bytes += charged_bytes(size_bytes)

    def touch(self, path: str, modified: float) -> bool:
        """Note a use of a file last modified at `modified`, in seconds; False where it is gone."""
        if abs(time.time() - modified) < TOUCH_INTERVAL_S:
            return True
        try:
            os.utime(path, follow_symlinks=False)
        except FileNotFoundError:
            return False
        except OSError:
            pass  # a store that belongs to someone else, or is read-only, is still good for reading
        return True
