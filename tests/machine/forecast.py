"""The forecast: what one build has to leave and to do about each target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.run.events import State, TargetResult
from tests.machine.how import How
from tests.machine.keys import Rows, key_of, rows_of
from tests.machine.ledger import Expected, Ledger
from tests.machine.oracle import evaluate
from tests.machine.world import Dangling, Tree, World

_LOST = (State.FAILED, State.SKIPPED)


@dataclass
class Foretold:
    """What is known before a build, by name of the target."""

    ledger: Ledger
    world: World
    selected: set[str]
    keep_going: bool
    before: dict[str, Tree | None] = field(default_factory=dict)
    """What lies where the artifact belongs."""
    outputs: dict[str, Tree] = field(default_factory=dict)
    """What is to lie there."""
    rows: dict[str, Rows] = field(default_factory=dict)
    expected: dict[str, Expected] = field(default_factory=dict)
    """What is to be done about it; nothing for sources that cannot be read."""
    failing: set[str] = field(default_factory=set)
    """Those whose recipes fail if they run."""
    unrecorded: set[str] = field(default_factory=set)
    """Those whose results cannot be recorded, as they changed what was there before. Known when they have run."""

    @property
    def idle(self) -> set[str]:
        """The targets that have nothing to do."""
        return {name for name, expected in self.expected.items() if expected.states == {State.UP_TO_DATE}}

    def left_in_place(self, name: str, files: Tree, control: str, *, is_recorded: bool) -> None:
        """A target ran in its sources, where `files` are now: that is what its record names."""
        if is_recorded:
            target = self.world.targets[name]
            self.rows[name] = rows_of(self.world, files, target, self.outputs, control, in_source=True)
        else:
            self.unrecorded.add(name)

    def is_storable(self, name: str) -> bool:
        """Whether its artifact can be in a store."""
        return self.world.targets[name].shape != "odd"

    def check(self, results: dict[str, TargetResult]) -> None:
        """Compare what a build did about each target, dependencies first."""
        failed = any(result.state is State.FAILED for result in results.values())
        for name in self.world.targets:
            if name in self.selected:
                result = results[name]
                allowed = self._allowed(name, results, stopped=failed and not self.keep_going)
                assert result.state in allowed, f"{name} {result.state} ({result.because}), not {sorted(allowed)}"
                self._check_reasons(name, result)

    def _allowed(self, name: str, results: dict[str, TargetResult], *, stopped: bool) -> set[State]:
        target = self.world.targets[name]
        skipped = {State.SKIPPED} if stopped else set[State]()
        if any(results[other].state in _LOST for other in target.depends_on):
            return {State.SKIPPED}
        states = self._states(name)
        if self._is_settled(name, results):
            return set(states)
        if any(results[other].state in _LOST for other in target.layers):
            return {State.SKIPPED}
        if name in self.failing and State.BUILT in states:
            return (set(states) - {State.BUILT}) | {State.FAILED} | skipped
        return set(states) | skipped

    def _states(self, name: str) -> frozenset[State]:
        expected = self.expected.get(name)
        return expected.states if expected is not None else frozenset((State.FAILED,))

    def _is_settled(self, name: str, results: dict[str, TargetResult]) -> bool:
        """Whether it was found up to date before anything ran."""
        if self._states(name) != {State.UP_TO_DATE}:
            return self._states(name) > {State.UP_TO_DATE} and results[name].state is State.UP_TO_DATE
        return all(self._is_settled(other, results) for other in self.world.targets[name].depends_on)

    def _check_reasons(self, name: str, result: TargetResult) -> None:
        expected = self.expected.get(name)
        if result.state is State.SKIPPED or expected is None:
            return
        state = State.BUILT if result.state is State.FAILED else result.state
        agrees = self.ledger.agrees(name, state, result.because, expected)
        assert agrees, f"{name} {result.state} because {result.because}, not {expected.because}"


class Forecast:
    """Foretells one build of a world."""

    def __init__(
        self,
        world: World,
        files: Tree,
        ledger: Ledger,
        how: How,
        look: Callable[[str], tuple[Tree | None, bool]],
        control: str,
    ) -> None:
        """`look` gives (what lies where an artifact belongs, whether it is a link)."""
        self._world, self._files, self._ledger, self._how, self._control = world, files, ledger, how, control
        self._look = look

    def foretell(self, *, in_source: bool) -> Foretold:
        """Go through the targets, dependencies first."""
        names = list(self._world.targets)
        chosen = {names[number % len(names)] for number in self._how.only} or set(names)
        told = Foretold(self._ledger, self._world, self._world.ancestors(chosen), self._how.keep_going)
        told.failing = {names[number % len(names)] for number in self._how.failing}
        for name in names:
            if name in told.selected:
                told.before[name], is_link = self._look(name)
                self._foretell_one(name, told, is_link, in_source=in_source)
        return told

    def _foretell_one(self, name: str, told: Foretold, is_link: bool, *, in_source: bool) -> None:
        target = self._world.targets[name]
        if any(other not in told.outputs for other in target.depends_on):
            return
        try:
            output = evaluate(self._world, self._files, target, told.outputs)
        except Dangling:
            return
        told.outputs[name] = output
        rows = told.rows[name] = rows_of(
            self._world, self._files, target, told.outputs, self._control, in_source=in_source
        )
        record = self._ledger.records.get(name)
        intact = record is not None and told.before[name] == record.output
        intact = intact and (not is_link or self._how.link_mode == "symlink")
        told.expected[name] = self._ledger.expect(name, key_of(rows), rows, intact=intact, forced=self._how.forced)
