"""Tells collections that a build is running: what it touches meanwhile is not removed."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from types import TracebackType
from typing import Self

from cache.errors import StoreUnavailable
from cache.folder import Folder, unlink

FOLDER = "leases"


class Lease:
    """A file in `<root>/leases`, locked as long as the `with` block runs; the kernel unlocks it when the process dies.

    A store that cannot be written to gives no lease (`held` stays False): nobody can collect it either, and reading
    from it stays possible.
    """

    def __init__(self, store: Folder) -> None:
        self._store = store
        self._folder = f"{store.root}/{FOLDER}"
        self._path = ""
        self._fd = -1

    @property
    def held(self) -> bool:
        """Whether collections see this lease."""
        return self._fd >= 0

    def __enter__(self) -> Self:
        with suppress(StoreUnavailable, OSError):
            self._store.prepare()
            os.makedirs(self._folder, exist_ok=True)
            while not self.held:
                self._try()
        return self

    def _try(self) -> None:
        path = f"{self._folder}/{os.getpid()}-{os.urandom(6).hex()}"
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            # Between creation and lock a collection may take the file for a dead process's and remove it.
            if os.fstat(fd).st_nlink == 0:
                os.close(fd)
                return
        except OSError:
            os.close(fd)
            raise
        self._path, self._fd = path, fd

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release()

    def _release(self) -> None:
        if self._fd < 0:
            return
        unlink(self._path)  # while it is locked: a collection that comes between finds no file, or a live lease
        os.close(self._fd)
        self._fd = -1


def has_dead_lease(root: str) -> bool:
    """Whether a build died since this, or a collection, last looked; its lease is removed."""
    return sum(map(_remove_dead, _paths(root))) > 0


def oldest_live_lease(root: str) -> float | None:
    """When the oldest lease that is still held began, in seconds since the epoch by the file system's clock.

    Files of processes that died are removed on the way.
    """
    begun = []
    for path in _paths(root):
        with suppress(FileNotFoundError):
            if not _remove_dead(path):
                begun.append(os.stat(path).st_mtime)
    return min(begun, default=None)


def _paths(root: str) -> list[str]:
    try:
        return [f"{root}/{FOLDER}/{name}" for name in os.listdir(f"{root}/{FOLDER}")]
    except FileNotFoundError:
        return []


def _remove_dead(path: str) -> bool:
    """Remove a lease that nobody holds; whether there was one."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)
    except (BlockingIOError, FileNotFoundError):
        return False
    finally:
        os.close(fd)
    return True
