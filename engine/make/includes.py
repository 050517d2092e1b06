"""Which makefiles a Makefile reads besides itself, as make tells it."""

from __future__ import annotations

import os
import re
import subprocess

from engine.make.invocation import UMASK

_TIME_LIMIT_S = 60
_REMARK = rb"(?: \((?:search path|don't care|no ~ expansion)\))*"
_READING = re.compile(rb"^Reading makefile [`'](.*?)'" + _REMARK + rb"\.\.\.$", re.MULTILINE)
_DIRECTIVE = re.compile(rb"^\s*(?:-?include|sinclude|-?load)\b|\$[({]\s*eval\b", re.MULTILINE)
_CONTINUATION = re.compile(rb"\\\n\s*")


def may_read_others(makefile: bytes, environ: dict[str, str]) -> bool:
    """Whether the makefile could include others; without a directive, an `eval` or MAKEFILES it reads itself alone."""
    return "MAKEFILES" in environ or _DIRECTIVE.search(_CONTINUATION.sub(b" ", makefile)) is not None


def makefiles_read(make: str, makefile: str, cwd: str, environ: dict[str, str]) -> tuple[str, ...]:
    """Absolute paths of all makefiles that make opened or looked for, except `makefile` itself and those below `cwd`.

    make is asked with `-q --debug=v` and a goal that nothing makes. It runs `$(shell)` and remakes included makefiles
    as a build does, so `cwd` is a private copy of the code directory. Where make fails or takes over a minute, what it
    had read by then counts: the build itself ends the same way.
    """
    argv = [make, "-qrR", "--no-print-directory", "--debug=v", "--makefile", makefile, ":"]
    # A debug line must be English and belong to this make alone, not to an outer one.
    env = {name: value for name, value in environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "LANGUAGE")}
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env={**env, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_TIME_LIMIT_S,
            umask=UMASK,
        )
        output = done.stdout
    except subprocess.TimeoutExpired as expired:
        output = expired.stdout or b""
    named = (os.path.normpath(os.path.join(cwd, os.fsdecode(name))) for name in _READING.findall(output))
    inside = cwd.rstrip("/") + "/"
    return tuple(sorted({path for path in named if path != makefile and not path.startswith(inside)}))
