"""The folder in which a project remembers its builds, and the lock that one build at a time holds on it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator

from engine.errors import EnvironmentFault


def state_dir_of(build_dir: str) -> str:
    """Beside the build directory, so that renames between them work: `.aws-sam/engine` for `.aws-sam/build`.

    A build directory elsewhere has it in an `.aws-sam` beside it, a name that sam and this engine never copy.
    """
    parent, name = os.path.split(build_dir)
    if os.path.basename(parent) == ".aws-sam":
        return os.path.join(parent, "engine" if name == "build" else f"engine-{name}")
    return os.path.join(parent, ".aws-sam", f"engine-{name}")


def log_path(state_dir: str, full_path: str) -> str:
    """Where the log of a target's last make run is kept."""
    return os.path.join(state_dir, "logs", full_path + ".log")


@contextlib.contextmanager
def project_lock(state_dir: str, waiting: Callable[[str], None]) -> Iterator[bool]:
    """Hold the project's lock; when another build has it, `waiting` is told who, and this one waits.

    Gives whether the build before did not come to its end: one that does wipes its name off the lock.

    Raises:
        EnvironmentFault: when the folder cannot be written.
    """
    path = os.path.join(state_dir, "lock")
    try:
        os.makedirs(state_dir, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise EnvironmentFault(
            f"The build's state cannot be written: {error.strerror}",
            rows=(("folder", state_dir),),
            hint="make the folder writable, or choose another with --build-dir",
        ) from None
    try:
        _acquire(descriptor, waiting)
        is_unfinished = os.fstat(descriptor).st_size > 0
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}, since {time.strftime('%H:%M:%S')}".encode(), 0)
        yield is_unfinished
        os.truncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, waiting: Callable[[str], None]) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        waiting(os.pread(descriptor, 200, 0).decode(errors="replace") or "another process")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
