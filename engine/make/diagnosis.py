"""What a failed make run means, in words that help: the near target, the missing tool, make's own exit code."""

from __future__ import annotations

import difflib
import os
import re
import signal
from typing import NamedTuple

_TAIL_BYTES = 1 << 16
_COMPLAINT = re.compile(rb"^(?:make(?:\[\d+\])?|[^\s:][^:\n]*:\d+): \*\*\* .*$", re.MULTILINE)
_TARGET_LINE = re.compile(rb"^([^\s#:=$(%][^:=#$\n]*?)[ \t]*::?(?![:=])", re.MULTILINE)
_NO_RULE = re.compile(rb"No rule to make target '([^']*)'")
_NOT_FOUND = re.compile(
    rb"(?:^|: )(?:\d+: )?([\w.+-]+): (?:command )?not found$"  # what shells say
    rb"|^make(?:\[\d+\])?: ([\w.+-]+): No such file or directory$",  # what make says of a command without a shell
    re.MULTILINE,
)
_PREFIX = "build-"


class Diagnosis(NamedTuple):
    """What to tell about a failed run."""

    message: str
    """Begins with sam's words for the same failure."""
    hint: str | None


def diagnose(log: str, makefile: str, make_target: str, exit_code: int, timeout_s: float | None) -> Diagnosis:
    """The diagnosis of a run that ended with `exit_code` (minus a signal's number); `timeout_s` if a limit ended it."""
    if timeout_s is not None:
        return Diagnosis(
            f"CustomMakeBuilder:MakeBuild - Make Failed: not finished after {timeout_s:g} s, the limit of --timeout",
            "raise --timeout, or look in the log for what it waits for",
        )
    tail = _tail(log)
    complaints = _COMPLAINT.findall(tail)
    if complaints:
        said = complaints[-1].decode(errors="backslashreplace")
    elif exit_code < 0:
        said = f"killed by {_signal_name(-exit_code)}"
    else:
        said = f"make exited with {exit_code}"
    return Diagnosis(f"CustomMakeBuilder:MakeBuild - Make Failed: {said}", _hint(tail, makefile, make_target))


def _tail(log: str) -> bytes:
    try:
        with open(log, "rb") as file:
            file.seek(max(0, os.path.getsize(log) - _TAIL_BYTES))
            return file.read()
    except OSError:
        return b""


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _hint(tail: bytes, makefile: str, make_target: str) -> str | None:
    missing = _NO_RULE.findall(tail)
    if missing and missing[-1].decode(errors="replace") == make_target:
        return _missing_target(makefile, make_target)
    if b"*** missing separator" in tail:
        return "begin the lines of a recipe with a tab, not with spaces"
    tool = _NOT_FOUND.search(tail)
    if tool is not None:
        name = tool[1] or tool[2]
        return f"install {name.decode(errors='replace')}, or put it on PATH"
    return None


def _missing_target(makefile: str, make_target: str) -> str:
    targets = targets_of(makefile)
    builds = [name for name in targets if name.startswith(_PREFIX)]
    ids = [name.removeprefix(_PREFIX) for name in builds]
    near = [name for name in targets if name.lower() == make_target.lower()]
    near += [_PREFIX + name for name in difflib.get_close_matches(make_target.removeprefix(_PREFIX), ids)]
    if near:
        return f"{makefile} has {', '.join(dict.fromkeys(near))}; names are matched to the letter"
    has = f"it has {', '.join(builds[:8])}" if builds else "it has no build-* target"
    return f"add a target {make_target} to {makefile} ({has})"


def targets_of(makefile: str) -> list[str]:
    """The explicit targets that the text of a makefile names, in order; nothing is expanded."""
    try:
        with open(makefile, "rb") as file:
            content = file.read()
    except OSError:
        return []
    names = (name for line in _TARGET_LINE.findall(content) for name in line.decode(errors="replace").split())
    return list(dict.fromkeys(name for name in names if not name.startswith(".")))
