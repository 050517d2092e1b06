"""The state of a build: what is ready, running, done or out of reach. Pure: the scheduler awaits around it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping

from engine.plan.estimates import path_seconds
from engine.plan.graph import Graph

_PATIENCE = 8
"""Starts that a target which does not fit lets others have before it; then they wait until it fits."""


class Plan:
    """Which targets may start next, longest expected remaining path first."""

    def __init__(self, graph: Graph, seconds: Mapping[str, float]) -> None:
        """`seconds` is what each target is expected to take."""
        self._rank = _ranks(graph, seconds)
        self._waits = {name: set(graph.after[name]) for name in graph.order}
        self._dependents: dict[str, list[str]] = {name: [] for name in graph.order}
        for name in graph.order:
            for before in graph.after[name]:
                self._dependents[before].append(name)
        self._ready = [(self._rank[name], name) for name in graph.order if not self._waits[name]]
        heapq.heapify(self._ready)
        self._overtaken: dict[str, int] = {}
        self._running: set[str] = set()
        self._unfinished = set(graph.order)
        self._failed: set[str] = set()
        self._stopped = False

    @property
    def unfinished(self) -> frozenset[str]:
        """Targets without an outcome."""
        return frozenset(self._unfinished)

    @property
    def running(self) -> frozenset[str]:
        """Targets that started and have not ended."""
        return frozenset(self._running)

    @property
    def has_next(self) -> bool:
        """Whether a target may start now."""
        return bool(self._ready) and not self._stopped

    def next(self, fits: Callable[[str], bool] = lambda name: True) -> str | None:
        """Start the most urgent ready target that `fits` beside those that run; None when nothing may start now.

        Less urgent ones may start before one that does not fit, but not for ever.
        """
        if not self.has_next:
            return None
        found, passed = self._first(fits)
        for entry in passed:
            heapq.heappush(self._ready, entry)
        if found is not None:
            self._running.add(found)
            for _, name in passed:
                self._overtaken[name] = self._overtaken.get(name, 0) + 1
        return found

    def _first(self, fits: Callable[[str], bool]) -> tuple[str | None, list[tuple[tuple[float, int], str]]]:
        """Take out the most urgent target that fits, and what is more urgent than it."""
        passed: list[tuple[tuple[float, int], str]] = []
        while self._ready:
            entry = heapq.heappop(self._ready)
            if fits(entry[1]):
                return entry[1], passed
            passed.append(entry)
            if self._overtaken.get(entry[1], 0) >= _PATIENCE:
                break
        return None, passed

    def peek_all(self) -> tuple[str, ...]:
        """Every target that may start now, most urgent first."""
        return tuple(name for _, name in sorted(self._ready))

    def succeeded(self, name: str) -> None:
        """`name` has its artifact; what waited only for it becomes ready."""
        self._end(name)
        for dependent in self._dependents[name]:
            self._waits[dependent].discard(name)
            if not self._waits[dependent] and dependent in self._unfinished:
                heapq.heappush(self._ready, (self._rank[dependent], dependent))

    def failed(self, name: str, keep_going: bool) -> tuple[str, ...]:
        """`name` has no artifact; returns the targets that are therefore out of reach, nearest first.

        Without `keep_going` nothing new starts and only running targets are left to end.
        """
        self._end(name)
        self._failed.add(name)
        if not keep_going:
            self.stop()
        lost: list[str] = []
        queue = [name]
        while queue:
            for dependent in self._dependents[queue.pop(0)]:
                if dependent in self._unfinished:
                    self._unfinished.discard(dependent)
                    lost.append(dependent)
                    queue.append(dependent)
        return tuple(lost)

    def stop(self) -> None:
        """Start nothing more."""
        self._stopped = True

    @property
    def stopped(self) -> bool:
        """Whether nothing more starts."""
        return self._stopped

    def _end(self, name: str) -> None:
        self._running.discard(name)
        self._unfinished.discard(name)


def _ranks(graph: Graph, seconds: Mapping[str, float]) -> dict[str, tuple[float, int]]:
    """Sort key of each target: minus its longest expected path to the end of the build, then its place in the order."""
    longest = path_seconds(graph, seconds)
    return {name: (-longest[name], index) for index, name in enumerate(graph.order)}
