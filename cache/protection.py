"""What a collection must spare: all that was used since the oldest running build began, or since one came meanwhile."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from cache.folder import TOUCH_INTERVAL_S
from cache.lease import FOLDER, oldest_live_lease

LOCK_FILE = "collection-lock"
_LOCK_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_JUMP_S = 2.0
"""A lease that is younger than now by more than this tells that the clock was set back: no time tells of a use then."""
UNCHANGED_NS = 0
"""What the folder of leases is given as mtime, so that whatever happens in it later shows."""


@contextmanager
def collection_lock(root: str, *, wait: bool) -> Iterator[float]:
    """Hold the lock that one collection or repair at a time has; gives the time by the file system's clock, in seconds.

    Raises:
        BlockingIOError: another process holds it, and `wait` is False.
        OSError: the store cannot be written to.
    """
    fd = os.open(f"{root}/{LOCK_FILE}", _LOCK_FLAGS, 0o644)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        os.utime(fd)
        yield os.fstat(fd).st_mtime
    finally:
        os.close(fd)


class Protection:
    """The uses that a collection which began at `now` must spare; times are seconds by the file system's clock."""

    def __init__(self, root: str, now: float) -> None:
        self._folder = f"{root}/{FOLDER}"
        self._now = now
        oldest_live_lease(root)  # dead ones go before the folder is marked
        self._mark: int | None = self._marked()
        begun = oldest_live_lease(root)
        if begun is not None and begun > now + _JUMP_S:
            begun = float("-inf")
        self.writing_since = now if begun is None else min(begun, now)
        """What builds that run now have written is not older."""
        self._since = float("inf") if begun is None else begun - TOUCH_INTERVAL_S  # uses are noted up to that late

    def spares(self, modified: float) -> bool:
        """Whether what was last used at `modified` has to stay; builds that began meanwhile count too."""
        if self._mark is not None and self._stamp() != self._mark:
            self._mark = None
            self._since = min(self._since, self._now - TOUCH_INTERVAL_S)
        return modified >= self._since

    def _marked(self) -> int:
        """Give the folder a stamp that no change in it gives, and return it."""
        os.makedirs(self._folder, exist_ok=True)
        with suppress(OSError):  # a store that belongs to someone else: its last change has to do
            os.utime(self._folder, ns=(UNCHANGED_NS, UNCHANGED_NS))
        return self._stamp()

    def _stamp(self) -> int:
        return os.stat(self._folder).st_mtime_ns
