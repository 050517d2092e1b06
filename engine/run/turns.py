"""Turns: what works in one directory, or in one within the other, does so one after the other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Turns:
    """The directories in which something works now."""

    def __init__(self) -> None:
        self._taken: list[str] = []
        self._changed = Condition()

    @contextmanager
    def taken(self, directories: tuple[str, ...]) -> Iterator[None]:
        """Have the directories, absolute paths, to oneself; all are taken at once, so that nobody waits in a ring."""
        mine = [os.path.realpath(directory) + "/" for directory in directories]
        with self._changed:
            self._changed.wait_for(lambda: not any(_overlap(one, other) for one in mine for other in self._taken))
            self._taken += mine
        try:
            yield
        finally:
            with self._changed:
                for directory in mine:
                    self._taken.remove(directory)
                self._changed.notify_all()


def _overlap(one: str, other: str) -> bool:
    """Whether one of two directories, each ending in a slash, is or holds the other."""
    return one.startswith(other) or other.startswith(one)
