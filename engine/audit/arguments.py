r"""Arguments and results of system calls as `strace -y -xx` writes them.

Strings and the paths of descriptors are in hexadecimal (`"\x2f\x74"`, `3<\x2f\x74>`), so that no byte of a name can be
taken for something else. Paths come out as Python's file system strings, with surrogates for what is not UTF-8.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple

_WORD = re.compile(rb"\s*(\[[^\]]*\]|\{[^}]*\}|(?:\"[^\"]*\"|<[^<>]*>|[^,\[{\"<])*)[^,]*(?:,|$)")
_STRING = re.compile(rb"\"((?:\\x[0-9a-f]{2})*)\"")
_DESCRIPTOR = re.compile(rb"(-?\d+|AT_FDCWD)(?:<((?:\\x[0-9a-f]{2})*)>)?")
_RESULT = re.compile(rb"(-?\d+)(?:<((?:\\x[0-9a-f]{2})*)>)?(?: (E[A-Z0-9]+))?")


class Result(NamedTuple):
    """What a call returned."""

    number: int
    path: str | None
    """Resolved path of the descriptor that it returned, where it has one."""
    error: str
    """`ENOENT`, …; empty where it succeeded."""


def words(arguments: bytes) -> list[bytes]:
    """The arguments one by one; structures and lists are one each."""
    found: list[bytes] = []
    position = 0
    while position < len(arguments):
        match = _WORD.match(arguments, position)
        if match is None or match.end() == position:
            break
        found.append(match[1].strip())
        position = match.end()
    return found


def string(word: bytes) -> str | None:
    """The text of a string argument; None for a pointer that could not be read."""
    match = _STRING.match(word)
    return None if match is None else _decoded(match[1])


def strings(word: bytes) -> tuple[str, ...]:
    """The texts of a list of strings, such as an argv; long ones are cut as strace cut them."""
    return tuple(_decoded(match) for match in _STRING.findall(word))


def directory(word: bytes) -> str | None:
    """The path of a descriptor argument, also of AT_FDCWD; None where strace tells none."""
    match = _DESCRIPTOR.match(word)
    return _decoded(match[2]) if match is not None and match[2] else None


def result(text: bytes) -> Result | None:
    """The result of a call; None where there is none, as of a process that was killed meanwhile."""
    match = _RESULT.match(text)
    if match is None:
        return None
    path = _decoded(match[2]) if match[2] else None
    return Result(int(match[1]), path, (match[3] or b"").decode())


def _decoded(text: bytes) -> str:
    return os.fsdecode(bytes.fromhex(text.replace(b"\\x", b"").decode()))
