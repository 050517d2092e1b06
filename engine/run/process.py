"""Running children, each in a process group of its own that is ended whole on a time limit or an interruption."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import select
import signal
import time
from threading import RLock, active_count
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import Interrupted
from engine.make.invocation import UMASK
from engine.run.memory import maximum_resident_bytes

if TYPE_CHECKING:
    import subprocess

GRACE_S = 5.0
"""Seconds between SIGTERM and SIGKILL."""

_LONGEST_POLL_MS = 2**31 - 1
_SHORTEST_PAUSE_S, _LONGEST_PAUSE_S = 0.001, 0.05


class Exit(NamedTuple):
    """How a child ended."""

    code: int
    """Exit code; minus the signal's number where one killed it."""
    timed_out: bool
    peak_bytes: int = 0
    """Memory of its largest process, its own or one below it; 0 where that was not more than this process's own."""


class Processes:
    """The children of one build. `run` is called from worker threads, the others from any thread."""

    def __init__(self, inherited: tuple[int, ...] = ()) -> None:
        """`inherited` are descriptors that every child gets (`engine.run.orphans`)."""
        self._inherited = inherited
        self._groups: set[int] = set()
        self._lock = RLock()  # a signal's handler may interrupt who holds it
        self._stopping = False

    @property
    def running(self) -> frozenset[int]:
        """The process groups of the children that run; each is a session too."""
        with self._lock:
            return frozenset(self._groups)

    def run(
        self,
        argv: tuple[str, ...],
        *,
        cwd: str,
        environ: dict[str, str],
        output: int,
        timeout_s: float | None,
        executable: str | None = None,
        inherited: tuple[int, ...] = (),
        umask: int = UMASK,
    ) -> Exit:
        """Run `argv` to its end; stdout and stderr go to the file descriptor `output`, stdin is empty.

        `executable` is the program's path where it is not to be told by `argv[0]`, which the program sees; `inherited`
        are descriptors that this child gets besides those of every child.
        Nothing of the child's process group outlives the call: what it left running in the background would go on
        writing into an artifact that is taken as finished.

        Raises:
            OSError: when the program cannot be started.
            Interrupted: when `terminate` was called before or meanwhile.
        """
        with self._started(argv, executable, cwd, environ, output, inherited, umask) as process:
            child = _Child(process)
            timed_out = not child.ends(timeout_s)
            if timed_out:
                _signal_group(process.pid, signal.SIGTERM)
                child.ends(GRACE_S)
            with self._lock:  # before it is reaped and its number may become another's
                _signal_group(process.pid, signal.SIGKILL)
                self._groups.discard(process.pid)
            child.reap()
            code = process.wait()
        if self._stopping:
            raise Interrupted("The build was interrupted")
        return Exit(code, timed_out, child.peak_bytes)

    def fork(self) -> int:
        """Fork this process; 0 in the child, which is told to end as others are.

        Raises:
            OSError: when there can be no more processes, or this one has other threads: what they lock just now would
                stay locked in the child.
            Interrupted: when `terminate` was called before.
        """
        if active_count() > 1:
            raise OSError(errno.EAGAIN, "a process with several threads is not forked")
        with self._lock:
            if self._stopping:
                raise Interrupted("The build was interrupted")
            child = os.fork()
            with contextlib.suppress(OSError):  # on both sides, since either may come first
                os.setpgid(child, child)
            if child:
                self._groups.add(child)
            else:
                self._groups.clear()
        return child

    def join(self, child: int) -> None:
        """Wait for a forked child."""
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        with self._lock:  # before it is reaped and its number may become another's
            self._groups.discard(child)
        os.waitpid(child, 0)

    def _started(
        self,
        argv: tuple[str, ...],
        executable: str | None,
        cwd: str,
        environ: dict[str, str],
        output: int,
        inherited: tuple[int, ...],
        umask: int,
    ) -> subprocess.Popen[bytes]:
        import subprocess

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
                umask=umask,
                pass_fds=(*self._inherited, *inherited),
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


class _Child:
    """A child that is waited for here, not by subprocess, which does not tell what it used."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.peak_bytes = 0

    def ends(self, timeout_s: float | None) -> bool:
        """Whether the child ends in time. It is not reaped, so that its group's number cannot be another's yet."""
        if not hasattr(os, "pidfd_open"):
            return self._ends_by_reaping(timeout_s)
        try:
            descriptor = os.pidfd_open(self._process.pid)
        except OSError:  # older kernels and some sandboxes have none
            return self._ends_by_reaping(timeout_s)
        try:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            return bool(poll.poll(None if timeout_s is None else min(timeout_s * 1000, _LONGEST_POLL_MS)))
        finally:
            os.close(descriptor)

    def reap(self, options: int = 0) -> bool:
        """Wait for the child as `options` say, and note its status where subprocess looks for it; whether it ended."""
        if self._process.returncode is not None:
            return True
        try:
            pid, status, usage = os.wait4(self._process.pid, options)
        except ChildProcessError:  # where SIGCHLD is ignored there is no status; subprocess knows what to make of it
            return True
        if pid:
            self._process.returncode = os.waitstatus_to_exitcode(status)
            self._note_peak(usage)
        return bool(pid)

    def _note_peak(self, usage: resource.struct_rusage) -> None:
        # A child begins as a copy of this process, and its peak is never less than that of what it was copied from.
        if usage.ru_maxrss > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss:
            self.peak_bytes = maximum_resident_bytes(usage.ru_maxrss)

    def _ends_by_reaping(self, timeout_s: float | None) -> bool:
        """The same where the system has no descriptors of processes: looks again after ever longer pauses."""
        if timeout_s is None:
            return self.reap()
        deadline_s, pause_s = time.monotonic() + timeout_s, _SHORTEST_PAUSE_S
        while not self.reap(os.WNOHANG):
            if time.monotonic() >= deadline_s:
                return False
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        return True


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
