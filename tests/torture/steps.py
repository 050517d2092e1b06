"""The steps of a process: what it is about to change or read in the file system, as Python's audit events tell it.

They are counted over all threads of the process, so that "before its k-th step" names an instant without any clock.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

_CHANGES = frozenset(
    (
        "fcntl.flock",
        "os.chmod",
        "os.link",
        "os.mkdir",
        "os.remove",
        "os.rename",
        "os.rmdir",
        "os.symlink",
        "os.truncate",
        "os.utime",
        "subprocess.Popen",
    )
)
"""Events that announce a change; `open` does so where its flags say it."""
_READS = frozenset(("os.listdir", "os.scandir", "subprocess.Popen"))
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


def is_change(event: str, args: tuple[Any, ...]) -> bool:
    """Whether an audit event announces a change to the file system, a lock or the start of a process."""
    return event in _CHANGES or (event == "open" and isinstance(args[2], int) and bool(args[2] & _WRITING))


def is_access(event: str, args: tuple[Any, ...]) -> bool:
    """Whether an audit event announces that something is opened, listed or started."""
    return event == "open" or event in _READS


class Steps:
    """Counts the steps of this process from now on, and does something just before one of them, once."""

    def __init__(self, step: int, do: Callable[[], None], counts: Callable[[str, tuple[Any, ...]], bool]) -> None:
        """`step` counts from 1; 0 is never reached."""
        self.taken = 0
        self._step = step
        self._do = do
        self._counts = counts
        self._doing = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self._doing or not self._counts(event, args):
            return
        self.taken += 1
        if self.taken == self._step:
            self._doing = True
            self._do()
            self._doing = False


def die() -> None:
    """End this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


def pause() -> None:
    """Stop this process until somebody continues it."""
    os.kill(os.getpid(), signal.SIGSTOP)
