"""The tracer around make: strace, which writes what every process of a run asks the kernel for."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import NamedTuple

from engine.audit.events import Touched
from engine.audit.lines import calls
from engine.audit.processes import CALLS, Processes
from engine.errors import EnvironmentFault
from engine.plan.action import Action
from engine.run.command import Command, Place

_LONGEST_ARGUMENT = 4096
_PROBE_LIMIT_S = 60
_OPTIONS = (
    "-f", "--seccomp-bpf", "-q", "-y", "-xx", "-s", str(_LONGEST_ARGUMENT), "-e", "signal=none",
    "-e", "trace=" + ",".join(f"?{name}" for name in CALLS),
)  # fmt: skip
"""`?`: not every processor has every call. `--seccomp-bpf`: the others run at full speed."""

_INSTALL = "install strace 5.3 or newer (Debian, Ubuntu: apt-get install strace; Fedora: dnf install strace)"
_ALLOW = (
    "allow processes to be traced: in a container `docker run --cap-add=SYS_PTRACE`, on a machine "
    "`sysctl kernel.yama.ptrace_scope=1`; what is traced already, as in a debugger, cannot be traced again"
)


class Run(NamedTuple):
    """A traced run."""

    place: Place
    program: str
    """Absolute path of the make that ran."""
    trace: str
    """Absolute path of what strace wrote."""


class Tracer:
    """Puts strace around make, with a private file for each target (an `engine.run.command.Wrapper`)."""

    def __init__(self, strace: str, folder: str) -> None:
        """`strace` is the absolute path of the program, `folder` an absolute one that is made when it is needed."""
        self._strace = strace
        self._folder = folder
        self.runs: dict[str, Run] = {}
        """By full path."""

    def __call__(self, action: Action, command: Command, place: Place) -> Command:
        """The command under strace."""
        name = action.target.full_path
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        trace = os.path.join(self._folder, hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:16])
        self.runs[name] = Run(place, command.executable, trace)
        # strace looks make up as the engine did; given as a path, it would see that path as its name.
        found = shutil.which(command.argv[0], path=command.environ.get("PATH", ""))
        program = command.argv[0] if found == command.executable else command.executable
        return Command(
            self._strace, ("strace", *_OPTIONS, "-o", trace, "--", program, *command.argv[1:]), command.environ
        )


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
        trace = os.path.join(folder, "trace")
        code, said = _traced(strace, environ, trace)
        if code != 0:
            is_old = "option" in said or "invalid system call" in said
            message = "strace is too old to trace only what matters" if is_old else "strace cannot trace a process here"
            raise _unusable(message, strace, said or f"nothing, and ends with {code}", _INSTALL if is_old else _ALLOW)
        if not _is_understood(trace):
            raise _unusable("What strace writes is not understood", strace, said or "nothing besides", _INSTALL)


def _traced(strace: str, environ: Mapping[str, str], trace: str) -> tuple[int, str]:
    """How strace ends, and the first line of what it says."""
    try:
        done = subprocess.run(
            ("strace", *_OPTIONS, "-o", trace, "--", "/bin/sh", "-c", "cd / && : < dev/null"),
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
