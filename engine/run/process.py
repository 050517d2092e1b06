"""Running children, each in a process group of its own that is ended whole on a time limit or an interruption."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
from threading import RLock
from typing import NamedTuple

from engine.errors import Interrupted
from engine.make.invocation import UMASK

GRACE_S = 5.0
"""Seconds between SIGTERM and SIGKILL."""

_LONGEST_POLL_MS = 2**31 - 1


class Exit(NamedTuple):
    """How a child ended."""

    code: int
    """Exit code; minus the signal's number where one killed it."""
    timed_out: bool


class Processes:
    """The children of one build. `run` is called from worker threads, the others from any thread."""

    def __init__(self, inherited: tuple[int, ...] = ()) -> None:
        """`inherited` are descriptors that every child gets (`engine.run.orphans`)."""
        self._inherited = inherited
        self._groups: set[int] = set()
        self._lock = RLock()  # a signal's handler may interrupt who holds it
        self._stopping = False

    def run(
        self,
        argv: tuple[str, ...],
        *,
        cwd: str,
        environ: dict[str, str],
        output: int,
        timeout_s: float | None,
        executable: str | None = None,
    ) -> Exit:
        """Run `argv` to its end; stdout and stderr go to the file descriptor `output`, stdin is empty.

        `executable` is the program's path where it is not to be told by `argv[0]`, which the program sees.
        Nothing of the child's process group outlives the call: what it left running in the background would go on
        writing into an artifact that is taken as finished.

        Raises:
            OSError: when the program cannot be started.
            Interrupted: when `terminate` was called before or meanwhile.
        """
        with self._started(argv, executable, cwd, environ, output) as process:
            timed_out = not _ends(process, timeout_s)
            if timed_out:
                _signal_group(process.pid, signal.SIGTERM)
                _ends(process, GRACE_S)
            with self._lock:  # before it is reaped and its number may become another's
                _signal_group(process.pid, signal.SIGKILL)
                self._groups.discard(process.pid)
            code = process.wait()
        if self._stopping:
            raise Interrupted("The build was interrupted")
        return Exit(code, timed_out)

    def _started(
        self, argv: tuple[str, ...], executable: str | None, cwd: str, environ: dict[str, str], output: int
    ) -> subprocess.Popen[bytes]:
        with self._lock:  # so that no child starts unseen while the others are told to end
            if self._stopping:
                raise Interrupted("The build was interrupted")
            process = subprocess.Popen(
                argv,
                executable=executable,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=cwd,
                env=environ,
                start_new_session=True,
                umask=UMASK,
                pass_fds=self._inherited,
            )
            self._groups.add(process.pid)
            return process

    def terminate(self) -> None:
        """Start nothing more and ask every child's group to end."""
        self._signal_all(signal.SIGTERM)

    def kill(self) -> None:
        """Start nothing more and end every child's group at once."""
        self._signal_all(signal.SIGKILL)

    def _signal_all(self, number: signal.Signals) -> None:
        with self._lock:
            self._stopping = True
            for group in self._groups:
                _signal_group(group, number)


def _ends(process: subprocess.Popen[bytes], timeout_s: float | None) -> bool:
    """Whether the child ends in time. It is not reaped, so that its group's number cannot be another's yet."""
    if not hasattr(os, "pidfd_open"):
        return _ends_by_waiting(process, timeout_s)
    try:
        descriptor = os.pidfd_open(process.pid)
    except OSError:  # older kernels and some sandboxes have none
        return _ends_by_waiting(process, timeout_s)
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(None if timeout_s is None else min(timeout_s * 1000, _LONGEST_POLL_MS)))
    finally:
        os.close(descriptor)


def _ends_by_waiting(process: subprocess.Popen[bytes], timeout_s: float | None) -> bool:
    """The same where the system has no descriptors of processes."""
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
