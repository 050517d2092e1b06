"""The rebuilder: says of a target whether it is up to date, can be restored or must run, and why."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from cache import snapshot, walk
from cache.snapshot import Snapshot
from cache.walk import UnreadableEntry
from engine.plan.action import Action
from engine.plan.manifest import reasons
from engine.plan.trace import TargetRecord, Trace

Result = TypeVar("Result")

NEVER_BUILT = "never built"
ELSEWHERE = "not built here before"
DAMAGED = "output damaged"
MISSING = "output missing"
FORCED = "forced by --no-cached"
NOT_RECORDED = "the last build of it was not recorded"


class UpToDate(NamedTuple):
    """The artifact directory is what this action makes."""

    action: Action
    record: TargetRecord


class Restore(NamedTuple, Generic[Result]):
    """Some earlier build of this action left a result."""

    action: Action
    because: tuple[str, ...]
    result: Result


class Run(NamedTuple):
    """make must run."""

    action: Action
    because: tuple[str, ...]


class Rebuilder(Generic[Result]):
    """Decides by verifying traces here (the last build's record) and constructive ones elsewhere (the action cache)."""

    def __init__(
        self,
        trace: Trace,
        clock_ns: int,
        path_of: Callable[[str], str],
        find: Callable[[str], Result | None],
        *,
        use_cache: bool,
        links: bool,
    ) -> None:
        """`path_of` gives a target's artifact directory, `find` the result of an action's key.

        Without `links` an artifact directory that is a symbolic link is made anew.
        """
        self._trace = trace
        self._clock_ns = clock_ns
        self._path_of = path_of
        self._find = find
        self._use_cache = use_cache
        self._links = links
        self.verified: set[str] = set()
        """Targets whose artifacts were found unchanged just now."""

    def up_to_date(self, action: Action) -> UpToDate | None:
        """The record of `action`, where the artifact directory is what it makes."""
        record = self._trace.record(action.target.full_path) if self._use_cache else None
        if record is None or record.key != action.key or not self._intact(action.target.full_path, record):
            return None
        # Looking may have renewed the record's stats.
        return UpToDate(action, self._trace.record(action.target.full_path) or record)

    def decide(self, action: Action) -> UpToDate | Restore[Result] | Run:
        """What is to be done about `action` now."""
        if not self._use_cache:
            return Run(action, (FORCED,))
        settled = self.up_to_date(action)
        if settled is not None:
            return settled
        result = self._find(action.key)
        if result is not None:
            return Restore(action, self.because(action), result)
        never_built = self._trace.record(action.target.full_path) is None
        return Run(action, (NEVER_BUILT,) if never_built else self.because(action))

    def because(self, action: Action) -> tuple[str, ...]:
        """Why the result of `action`, which is there, is not in place."""
        record = self._trace.record(action.target.full_path)
        if record is None:
            return (ELSEWHERE,)
        if record.key != action.key:
            return reasons(record.manifest, action.manifest, self._trace.listing) or (NOT_RECORDED,)
        return (DAMAGED,) if os.path.isdir(self._path_of(action.target.full_path)) else (MISSING,)

    def _intact(self, name: str, record: TargetRecord) -> bool:
        """Whether the artifact directory holds what was recorded; new stats of the same bytes are remembered."""
        path = self._path_of(name)
        if not self._links and os.path.islink(path):
            return False
        if name in self.verified or snapshot.unchanged(path, record.output):
            return True
        found = self._look(path, record.output)
        if found is None or found.digest != record.output.digest:
            return False
        self._trace.remember(name, record._replace(output=found))
        return True

    def _look(self, path: str, previous: Snapshot) -> Snapshot | None:
        if not os.path.isdir(path):
            return None
        try:
            return walk.take(path, clock_ns=self._clock_ns, follow=False, previous=previous)
        except UnreadableEntry:
            return None
