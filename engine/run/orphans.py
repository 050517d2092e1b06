"""Children that outlive a killed engine: found by a lock that they inherit, and ended before anything is built anew.

make runs in a session of its own, so nothing ends it when the engine is killed: it would go on writing into artifact
directories that the next build hands out again. Every child therefore inherits an open file on which the engine holds
a lock. A lock belongs to the open file (flock(2)), so it lasts as long as any of them lives; a build that ends in good
order takes it off for all, and daemons that makes left behind keep nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator

from engine.errors import EnvironmentFault

_PATIENCE_S = 10.0
_STEP_S = 0.01


@contextlib.contextmanager
def children_lock(state_dir: str) -> Iterator[int]:
    """Hold the children's lock, ending first whoever a killed build left; gives the descriptor to hand to children.

    Raises:
        EnvironmentFault: when they do not end.
    """
    path = os.path.join(state_dir, "children")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(descriptor, path)
        try:
            yield descriptor
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        for process in _holders(path):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise EnvironmentFault(
                "Processes that a killed build left are still running",
                rows=(("processes", ", ".join(map(str, _holders(path))) or "unknown"), ("they hold", path)),
                hint="end them, then build again",
            )
        time.sleep(_STEP_S)


def _holders(path: str) -> list[int]:
    """Processes that have the file open, but this one; none where the system has no /proc."""
    wanted = os.stat(path)
    found = []
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir("/proc"):
            if name.isdigit() and int(name) != os.getpid() and _holds(f"/proc/{name}/fd", wanted):
                found.append(int(name))
    return found


def _holds(directory: str, wanted: os.stat_result) -> bool:
    with contextlib.suppress(OSError):
        for name in os.listdir(directory):
            with contextlib.suppress(OSError):
                if os.path.samestat(os.stat(f"{directory}/{name}"), wanted):
                    return True
    return False
