"""Which makefiles a Makefile reads besides itself, as make tells it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess

from engine.make.environment import NEVER
from engine.make.invocation import UMASK

_TIME_LIMIT_S = 60
_REMARK = rb"(?: \((?:no default goal|search path|don't care|no ~ expansion)\))*"
_READING = re.compile(rb"^Reading makefile [`'](.*?)'" + _REMARK + rb"\.\.\.$", re.MULTILINE)
_DIRECTIVE = re.compile(rb"^\s*(?:-?include|sinclude|-?load)\b|\$[({]\s*eval\b", re.MULTILINE)
_CONTINUATION = re.compile(rb"\\\n\s*")


def may_read_others(makefile: bytes, environ: dict[str, str]) -> bool:
    """Whether the makefile could include others; without a directive, an `eval` or MAKEFILES it reads itself alone."""
    return "MAKEFILES" in environ or _DIRECTIVE.search(_CONTINUATION.sub(b" ", makefile)) is not None


def names_goal(makefile: bytes) -> bool:
    """Whether what the makefile includes may depend on the goal that make is given."""
    return b"MAKECMDGOALS" in makefile


def makefiles_read(
    make: str, makefile: str, goal: str, *, cwd: str, private: str, environ: dict[str, str]
) -> tuple[str, ...]:
    """Paths of all makefiles that make opened or looked for, except `makefile` itself.

    `make` is the program's path; make itself sees `make`, as in a build.
    `private` is the copy of the code directory, in which `cwd` mostly lies: what was read there is relative to it, and
    every other path is absolute. make is asked with `-q --debug=v` and a goal that nothing makes, while MAKECMDGOALS
    says `goal`. It runs `$(shell)` and remakes included makefiles as a build does, therefore the copy. Where make fails
    or takes over a minute, what it had read by then counts: the build itself ends the same way.
    """
    argv = ["make", "-qr", "--no-print-directory", "--debug=v", "--makefile", makefile, f"MAKECMDGOALS={goal}", ":"]
    # A debug line must be English and belong to this make alone, not to an outer one.
    env = {name: value for name, value in environ.items() if name not in _OUTER_MAKE}
    output = _output(make, argv, cwd, {**env, "LC_ALL": "C"})
    inside = os.path.realpath(private) + "/"
    real_cwd = os.path.realpath(cwd)
    found = set()
    for name in _READING.findall(output):
        path = os.path.normpath(os.path.join(real_cwd, os.fsdecode(name)))
        if path != makefile:
            found.add(path.removeprefix(inside))
    return tuple(sorted(found))


_OUTER_MAKE = NEVER - {"ARTIFACTS_DIR", "MAKELEVEL"} | {"LANGUAGE"}


def _output(program: str, argv: list[str], cwd: str, environ: dict[str, str]) -> bytes:
    """What the command prints to stdout until it ends or the time is up; nothing of its process group stays."""
    with subprocess.Popen(
        argv,
        executable=program,
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        umask=UMASK,
        start_new_session=True,
    ) as process:
        try:
            return process.communicate(timeout=_TIME_LIMIT_S)[0]
        except subprocess.TimeoutExpired as expired:
            return expired.stdout or b""
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
