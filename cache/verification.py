"""Checks many snapshots at once, over two processes where that pays: threads would share one interpreter lock."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from cache.snapshot import Snapshot, unchanged

_WORTH_A_PROCESS = 6_000
"""Entries from which a second process gains more than its start costs, a few milliseconds."""

Check = tuple[str, Snapshot]
"""(root, what it held)."""


def unchanged_all(checks: Sequence[Check], cores: int) -> list[bool]:
    """`unchanged` for each of the checks; the process must have no other thread yet."""
    half = _half(checks) if cores > 1 else len(checks)
    if half == len(checks):
        return _each(checks)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _answer(writing, reading, checks[half:])
    os.close(writing)
    answers = _each(checks[:half])
    with open(reading, "rb") as pipe:
        others = pipe.read()
    os.waitpid(child, 0)
    if len(others) != len(checks) - half:
        return answers + _each(checks[half:])
    return answers + [other == 1 for other in others]


def _half(checks: Sequence[Check]) -> int:
    """How many of the checks make up half of all entries; all of them where a second process would not pay."""
    sizes = [len(snapshot.files) + len(snapshot.directories) for _, snapshot in checks]
    total = sum(sizes)
    if total < _WORTH_A_PROCESS:
        return len(checks)
    first = index = 0
    while first < total // 2:
        first += sizes[index]
        index += 1
    return index


def _each(checks: Sequence[Check]) -> list[bool]:
    return [unchanged(root, snapshot) for root, snapshot in checks]


def _answer(writing: int, reading: int, checks: Sequence[Check]) -> None:
    """The child's whole life: nothing of the parent's is flushed, closed or cleaned up by it."""
    with contextlib.suppress(BaseException):
        os.close(reading)
        data = bytes(_each(checks))
        while data:
            data = data[os.write(writing, data) :]
    os._exit(0)
