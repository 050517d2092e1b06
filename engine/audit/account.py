"""The account of one traced run: what it touched that it had not made itself, what it ran, where it connected to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from engine.audit.events import Act, Connected, Event, Ran, Touched


class Account:
    """Each event once, in the order in which they came."""

    def __init__(self, events: Iterable[Event], passed_over: Callable[[str], bool]) -> None:
        """`passed_over` says of which paths nothing is kept, to be quick about the system's many files."""
        self._passed_over = passed_over
        self._made: set[str] = set()
        self._touched: dict[Touched, None] = {}
        self._ran: dict[Ran, None] = {}
        self._connected: dict[Connected, None] = {}
        for event in events:
            self._take(event)

    @property
    def touched(self) -> tuple[Touched, ...]:
        """What it read, looked at, listed and missed."""
        return tuple(self._touched)

    @property
    def ran(self) -> tuple[Ran, ...]:
        """The programs, but for those that it made itself."""
        return tuple(self._ran)

    @property
    def connected(self) -> tuple[Connected, ...]:
        """The connections."""
        return tuple(self._connected)

    def _take(self, event: Event) -> None:
        if isinstance(event, Connected):
            self._connected[event] = None
        elif isinstance(event, Ran):
            if not self._has_made(event.path):
                self._ran[event] = None
        elif event not in self._touched:
            self._touch(event)

    def _touch(self, touched: Touched) -> None:
        path = touched.real or touched.path
        if touched.act is Act.MADE:
            self._made.update((os.path.normpath(touched.path), os.path.normpath(path)))
        elif not (self._passed_over(path) or self._has_made(path)):
            self._touched[touched] = None

    def _has_made(self, path: str) -> bool:
        """Whether the run made this, or a folder above it, or moved that there."""
        path = os.path.normpath(path)
        while path not in self._made:
            above = os.path.dirname(path)
            if above == path:
                return False
            path = above
        return True
