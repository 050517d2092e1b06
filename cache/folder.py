"""A folder of immutable files that appear by rename, with its mark: no writer needs a lock, no reader sees a half file.

Nothing is flushed to the disk: after a power cut a file may be short or hold other bytes, which readers check for.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from itertools import count

from cache.clone import write_all
from cache.errors import StoreUnavailable
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
        with open(f"{root}/{VERSION_FILE}", "rb") as file:
            return file.read(len(VERSION_TEXT) + 1) == VERSION_TEXT
    except OSError:
        return False


def unavailable(error: OSError, path: str) -> StoreUnavailable:
    """The store's failure that an operating system's error on one of its files amounts to."""
    return StoreUnavailable(f"the cache cannot be used: {path}: {error.strerror or error}")


def unlink(path: str) -> None:
    """Remove a file if it is there and may be removed."""
    with suppress(OSError):  # whoever reads it checks it again, and the next collection tries again
        os.unlink(path)


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
            with open(path, "rb") as file:
                text = file.read(len(VERSION_TEXT) + 1)
        except FileNotFoundError:
            text = VERSION_TEXT
        except OSError as error:
            raise unavailable(error, path) from error
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
        except OSError as error:
            unlink(temp)
            raise unavailable(error, path) from error
        self.added_bytes += charged_bytes(size_bytes)

    def touch(self, path: str, modified: float) -> bool:
        """Note a use of a file last modified at `modified`, in seconds; False where it is gone."""
        if abs(time.time() - modified) < TOUCH_INTERVAL_S:
            return True
        try:
            os.utime(path)
        except FileNotFoundError:
            return False
        except OSError:
            pass  # a store that belongs to someone else, or is read-only, is still good for reading
        return True
