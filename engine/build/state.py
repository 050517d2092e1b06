"""The folder in which a project remembers its builds, and the lock that one build at a time holds on it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator

from engine.errors import EnvironmentFault

_FILES = ("children", "trace-v1", "trace-v1.new")
_FOLDERS = ("aside", "audit", "logs", "staging", "templates", "trash", "verify", "written")
_LOCK_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


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
    descriptor = _open_lock(state_dir)
    try:
        _acquire(descriptor, waiting)
        is_unfinished = os.fstat(descriptor).st_size > 0
        _sign(descriptor, state_dir)
        yield is_unfinished
        os.truncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _sign(descriptor: int, state_dir: str) -> None:
    try:
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}, since {time.strftime('%H:%M:%S')}".encode(), 0)
    except OSError as error:
        raise _unwritable(state_dir, error.strerror or str(error)) from None


def _open_lock(state_dir: str) -> int:
    try:
        os.makedirs(state_dir, exist_ok=True)
        _remove_odd(state_dir)
        descriptor = os.open(os.path.join(state_dir, "lock"), _LOCK_FLAGS, 0o644)
    except OSError as error:
        raise _unwritable(state_dir, error.strerror or str(error)) from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _unwritable(state_dir, "its lock is no file")
    return descriptor


def _remove_odd(state_dir: str) -> None:
    """Remove what bears one of the engine's names and is of another kind: a link would have builds write elsewhere."""
    for name in (*_FILES, *_FOLDERS):
        path = f"{state_dir}/{name}"
        with contextlib.suppress(FileNotFoundError):
            mode = os.lstat(path).st_mode
            if not (stat.S_ISREG(mode) if name in _FILES else stat.S_ISDIR(mode)):
                from engine.run.removal import remove_tree

                remove_tree(path)


def _unwritable(state_dir: str, reason: str) -> EnvironmentFault:
    return EnvironmentFault(
        f"The build's state cannot be written: {reason}",
        rows=(("folder", state_dir),),
        hint="make the folder writable, remove it, or choose another with --build-dir",
    )


def _acquire(descriptor: int, waiting: Callable[[str], None]) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        waiting(os.pread(descriptor, 200, 0).decode(errors="replace") or "another process")
        fcntl.flock(descriptor, fcntl.LOCK_EX)
