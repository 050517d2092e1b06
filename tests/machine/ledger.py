"""The ledger: what the engine remembers and holds after the builds so far, and so what the next one has to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.plan.rebuilder import DAMAGED, ELSEWHERE, FORCED, MISSING, NEVER_BUILT, NOT_RECORDED
from engine.run.events import State
from tests.machine.keys import Rows, differences
from tests.machine.world import Tree


class Record(NamedTuple):
    """What the trace holds of a target."""

    key: str | None
    """None: its inputs changed while it was built, which matches no action."""
    rows: Rows
    output: Tree


class Expected(NamedTuple):
    """What a build may do about a target: one state, except where something was killed or damaged before."""

    states: frozenset[State]
    because: frozenset[str] | None
    """The reasons; None where they cannot be known."""


Files = dict[str, tuple[int, bytes]]
"""What make sees of a code directory, by path: mode and content."""


@dataclass
class Ledger:
    """What is remembered; every key is the model's."""

    records: dict[str, Record] = field(default_factory=dict)
    stored: set[str] = field(default_factory=set)
    """Keys of results that the store holds whole."""
    doubtful: set[str] = field(default_factory=set)
    """Keys of results that it may hold."""
    uncertain: set[str] = field(default_factory=set)
    """Targets that a killed build was asked for: it may have written the trace or not."""
    is_damaged: bool = False
    """Whether a blob of the store has other bytes than it should: whatever names it is doubtful, also later."""

    wrote: dict[str, Files] = field(default_factory=dict)
    """What the runs of each target wrote among its sources, as they left it."""
    began: dict[str, set[str]] = field(default_factory=dict)
    """What was there when a run began that was killed."""

    def ran_in_place(self, name: str, before: Files, after: Files) -> bool:
        """A run made `after` of `before`; whether all that it changed is known as what runs write."""
        mine = self.wrote.get(name, {})
        if name in self.began:
            mine |= {path: before[path] for path in before.keys() - self.began.pop(name)}
        changed = {path for path in before if after.get(path) != before[path]}
        kept = {path for path in mine if path in changed or before.get(path) == mine[path]}
        self.wrote[name] = {path: after[path] for path in after if path not in before or path in kept}
        return changed <= mine.keys()

    def doubt(self) -> None:
        """Anything may be gone from the store."""
        self.doubtful |= self.stored
        self.stored.clear()

    def doubt_one(self, key: str) -> None:
        """A result may have been stored."""
        if key not in self.stored:
            self.doubtful.add(key)

    def keep(self, key: str) -> None:
        """A result was stored."""
        (self.doubtful if self.is_damaged else self.stored).add(key)
        if not self.is_damaged:
            self.doubtful.discard(key)

    def forget(self, names: Iterable[str]) -> None:
        """Targets that a full build did not find in the template."""
        for name in names:
            self.records.pop(name, None)

    def expect(self, name: str, key: str, rows: Rows, *, intact: bool, forced: bool) -> Expected:
        """What is to be done about a target; `intact` says whether its artifact is as recorded."""
        record = self.records.get(name)
        if forced:
            return Expected(frozenset((State.BUILT,)), frozenset((FORCED,)))
        from_store = self._from_store(key)
        if name in self.uncertain:
            return Expected(from_store | {State.UP_TO_DATE}, None)
        if record is not None and record.key == key and intact:
            return Expected(frozenset((State.UP_TO_DATE,)), frozenset())
        return Expected(from_store, self._reasons(record, key, rows))

    def _from_store(self, key: str) -> frozenset[State]:
        if key in self.stored:
            return frozenset((State.RESTORED,))
        return frozenset((State.BUILT, State.RESTORED) if key in self.doubtful else (State.BUILT,))

    def _reasons(self, record: Record | None, key: str, rows: Rows) -> frozenset[str] | None:
        if record is None:
            return None
        if record.key != key:
            return differences(record.rows, rows) or frozenset((NOT_RECORDED,))
        return frozenset((DAMAGED, MISSING))

    def agrees(self, name: str, state: State, because: tuple[str, ...], expected: Expected) -> bool:
        """Whether the reasons that a build names are the ones that the model sees."""
        if state is State.UP_TO_DATE:
            return because == ()
        if name in self.uncertain:
            return because != ()
        if expected.because is None:  # what is found damaged while it is restored is built instead
            if state is State.BUILT and State.RESTORED in expected.states:
                return because in ((ELSEWHERE,), (NEVER_BUILT,))
            return because == (ELSEWHERE if state is State.RESTORED else NEVER_BUILT,)
        if expected.because == {DAMAGED, MISSING}:
            return because in ((DAMAGED,), (MISSING,))
        return frozenset(because) == expected.because and len(because) == len(expected.because)
