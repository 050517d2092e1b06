"""strace as a program: its options, whether it works here, and the end of one that still traces."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping

from engine.audit.events import Touched
from engine.audit.lines import calls
from engine.audit.processes import CALLS, Processes
from engine.errors import EnvironmentFault

_LONGEST_ARGUMENT = 4096
_OPTIONS = (
    "-f", "-DD", "--seccomp-bpf", "-q", "-y", "-xx", "-s", str(_LONGEST_ARGUMENT), "-e", "signal=none",
    "-e", "trace=" + ",".join(f"?{name}" for name in CALLS),
)  # fmt: skip
"""`-DD`: the program stays a child of who starts strace, and ends without waiting for what it leaves running.
`--seccomp-bpf`: calls that are not traced run at full speed. `?`: not every processor has every call."""

_PROBE = "cd / && : < dev/null"
_PROBE_LIMIT_S = 60
_PATIENCE_S = 10.0
_STEP_MS = 20

_INSTALL = "install strace 5.4 or newer (Debian, Ubuntu: apt-get install strace; Fedora: dnf install strace)"
_ALLOW = (
    "allow processes to be traced: in a container `docker run --cap-add=SYS_PTRACE`, on a machine "
    "`sysctl kernel.yama.ptrace_scope=1`; what is traced already, as in a debugger, cannot be traced again"
)


def strace_argv(trace: str, argv: tuple[str, ...]) -> tuple[str, ...]:
    """The command line that runs `argv` and writes the calls of all its processes to the file `trace`."""
    return ("strace", *_OPTIONS, "-o", trace, "--", *argv)


def find_strace(environ: Mapping[str, str]) -> str:
    """Absolute path of an strace that works here.

    Raises:
        EnvironmentFault: when there is none, it is too old, or processes must not be traced.
    """
    if not sys.platform.startswith("linux"):
        raise EnvironmentFault(
            "Targets can be audited on Linux only: they are traced by strace",
            hint="run it in a Linux container or virtual machine, or in CI",
        )
    found = shutil.which("strace", path=environ.get("PATH", os.defpath))
    if found is None:
        raise EnvironmentFault(
            "Targets are audited by strace, which is not installed",
            rows=(("PATH", environ.get("PATH", "")),),
            hint=_INSTALL,
        )
    _try(os.path.abspath(found), environ)
    return os.path.abspath(found)


def _try(strace: str, environ: Mapping[str, str]) -> None:
    """Trace a small program and understand it. Raises EnvironmentFault with what strace says where that fails."""
    with tempfile.TemporaryDirectory(prefix="engine-strace-") as folder:
        trace = os.path.join(os.path.realpath(folder), "trace")
        code, said = _traced(strace, environ, trace)
        end_tracing(trace)
        if code == 0 and _is_understood(trace):
            return
    if "option" in said or "invalid system call" in said:
        raise _unusable("strace is too old to trace only what matters", strace, said, _INSTALL)
    if code == 0 and "not permitted" not in said:
        raise _unusable("What strace writes is not understood", strace, said or "nothing besides", _INSTALL)
    raise _unusable("strace cannot trace a process here", strace, said or f"nothing, and ends with {code}", _ALLOW)


def _traced(strace: str, environ: Mapping[str, str], trace: str) -> tuple[int, str]:
    """How the traced program ends, and the first line of what strace says."""
    try:
        done = subprocess.run(
            strace_argv(trace, ("/bin/sh", "-c", _PROBE)),
            executable=strace,
            env={**environ, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_LIMIT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, str(error)
    return done.returncode, done.stderr.decode(errors="replace").strip().partition("\n")[0]


def _is_understood(trace: str) -> bool:
    """Whether what was done is found in what strace wrote: a trace that is misread would make every target clean."""
    processes = Processes("/nowhere", "/bin/sh")
    try:
        with open(trace, "rb") as file:
            found = {event.real for event in processes.events(calls(file)) if isinstance(event, Touched)}
    except OSError:
        return False
    return processes.whole and "/dev/null" in found


def _unusable(message: str, strace: str, said: str, hint: str) -> EnvironmentFault:
    return EnvironmentFault(message, rows=(("strace", strace), ("it says", said)), hint=hint)


def end_tracing(trace: str) -> None:
    """End what still runs of a traced program that has ended, daemons among them, and wait until all is written.

    A daemon cannot be left behind: without its tracer the kernel refuses it the calls that were traced.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while tracers := tuple(_tracers(trace)):
        late = time.monotonic() > deadline
        for tracer in tracers:
            for process in (*_traced_by(tracer), *((tracer,) if late else ())):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(process, signal.SIGKILL)
            _wait_for(tracer)


def _tracers(trace: str) -> Iterator[int]:
    """The processes that have the file open: strace, which does not hand it on."""
    for process in _processes():
        with contextlib.suppress(OSError):
            with open(f"/proc/{process}/comm", "rb") as file:
                if not file.read().startswith(b"strace"):
                    continue
            folder = f"/proc/{process}/fd"
            if any(os.readlink(f"{folder}/{name}") == trace for name in os.listdir(folder)):
                yield process


def _traced_by(tracer: int) -> Iterator[int]:
    line = b"\nTracerPid:\t%d\n" % tracer
    for process in _processes():
        with contextlib.suppress(OSError), open(f"/proc/{process}/status", "rb") as file:
            if line in file.read():
                yield process


def _processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _wait_for(process: int) -> None:
    """A short wait, less where the process ends meanwhile."""
    try:
        descriptor = os.pidfd_open(process)
    except OSError:  # it has ended, or the kernel has no such descriptors
        time.sleep(_STEP_MS / 1000)
        return
    try:
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        poll.poll(_STEP_MS)
    finally:
        os.close(descriptor)
