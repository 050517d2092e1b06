"""Which makefiles a Makefile reads besides itself, as make tells it."""

from __future__ import annotations

import os
import re

from engine.make.child import Runner, listen

_TIME_LIMIT_S = 60
_REMARK = rb"(?: \((?:no default goal|search path|don't care|no ~ expansion)\))*"
_READING = re.compile(rb"^Reading makefile [`'](.*?)'" + _REMARK + rb"\.\.\.$", re.MULTILINE)
_CONSIDERING = re.compile(rb"^ Considering target file [`'](.*)'\.$", re.MULTILINE)
"""Said of each makefile before the goals, one blank before it: by the path at which it was found, such as in `-I`."""

_GOAL = ".engine-goal"


def makefiles_read(
    makefile: str, goal: str, *, cwd: str, private: str, environ: dict[str, str], run: Runner
) -> tuple[str, ...]:
    """Paths of all makefiles that make opened or looked for, except `makefile` itself.

    `private` is the copy of the code directory, in which `cwd` mostly lies: what was read there is relative to it, and
    every other path is absolute. The make on PATH is asked with `-q --debug=v,m` and a goal that has nothing to do,
    while MAKECMDGOALS says `goal`. It runs `$(shell)` and remakes included makefiles as a build does, therefore the
    copy. Where make fails or takes over a minute, what it had read by then counts: the build itself ends the same way.

    Raises:
        OSError: when make cannot be started.
        Interrupted: when the build was interrupted.
    """
    asked = ("make", "-qr", "--no-print-directory", "--debug=v,m", "--makefile", makefile, f"MAKECMDGOALS={goal}")
    said, in_time = _said((*asked, f"--eval={_GOAL}:;", _GOAL), cwd, environ, run)
    if in_time and not _READING.search(said):  # make 3.81 has no --eval: a goal that hardly any makefile has will do
        said, _ = _said((*asked, ":"), cwd, environ, run)
    inside = os.path.realpath(private) + "/"
    real_cwd = os.path.realpath(cwd)
    found = set()
    for name in (*_READING.findall(said), *_CONSIDERING.findall(said)):
        path = os.path.normpath(os.path.join(real_cwd, os.fsdecode(name)))
        if path != makefile:
            found.add(path.removeprefix(inside))
    return tuple(sorted(found))


def _said(argv: tuple[str, ...], cwd: str, environ: dict[str, str], run: Runner) -> tuple[bytes, bool]:
    """What make prints to stdout, in English, and whether it ended in time.

    Its stderr goes nowhere: it would come in between, in the middle of lines.
    """
    heard: list[bytes] = []
    quiet = ("/bin/sh", "-c", 'exec "$0" "$@" 2> /dev/null', *argv)
    env = {name: value for name, value in environ.items() if name != "LANGUAGE"} | {"LC_ALL": "C"}
    ended = listen(run, quiet, cwd=cwd, environ=env, timeout_s=_TIME_LIMIT_S, hear=heard.append)
    return b"".join(heard), not ended.timed_out
