"""The lines that `strace -f -o` writes, as whole system calls in the order in which they ended.

Format (strace(1)): `PID NAME(ARGUMENTS) = RESULT`. A call during which another process was heard comes in two lines:
`PID NAME(ARGUMENTS <unfinished ...>` and `PID <... NAME resumed>ARGUMENTS) = RESULT`. A thread that calls exec takes
its leader's number: `PID execve(... <pid changed to N ...>`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_UNFINISHED = b"<unfinished ...>"
_LINE = re.compile(rb"(\d+) +(.*)", re.DOTALL)
_RESUMED = re.compile(rb"<\.\.\. \w+ resumed> ?")
_CHANGED = re.compile(rb"\s*<pid changed to (\d+) \.\.\.>$")
_CALL = re.compile(rb"(\w+)\((.*)\)\s+= (.*)", re.DOTALL)
_ENDED = (b"+++ exited", b"+++ killed", b"+++ superseded")
_REMARKS = (b"+++", b"---", b"strace:")
ENDED = "ended"
"""Name of the call that stands for the end of a process or thread: its number may come to be another's."""


class Call(NamedTuple):
    """One system call that ended."""

    pid: int
    name: str
    arguments: bytes
    """As written, without the parentheses around them."""
    result: bytes
    """As written: `0`, `3<\\x2f\\x65>`, `-1 ENOENT (No such file or directory)`."""


def calls(lines: Iterable[bytes]) -> Iterator[Call]:
    """The calls of a trace. What is no call, such as a last line that was cut off, is left out."""
    unfinished: dict[int, bytes] = {}
    for line in lines:
        match = _LINE.fullmatch(line.rstrip(b"\n"))
        if match is None:
            continue
        if match[2].startswith(_REMARKS):
            if match[2].startswith(_ENDED):
                yield Call(int(match[1]), ENDED, b"", b"0")
            continue
        whole = _joined(int(match[1]), match[2], unfinished)
        call = None if whole is None else _CALL.fullmatch(whole)
        if call is not None:
            yield Call(int(match[1]), call[1].decode("ascii", "replace"), call[2], call[3])


def _joined(pid: int, text: bytes, unfinished: dict[int, bytes]) -> bytes | None:
    """The text of a whole call; None, and kept in `unfinished`, for the first part of one."""
    resumed = _RESUMED.match(text)
    if resumed is not None:
        text = unfinished.pop(pid, b"") + text[resumed.end() :]
    if text.endswith(_UNFINISHED):
        unfinished[pid] = text[: -len(_UNFINISHED)].rstrip(b" ")
        return None
    changed = _CHANGED.search(text)
    if changed is not None:
        unfinished[int(changed[1])] = text[: changed.start()]
        return None
    return text
