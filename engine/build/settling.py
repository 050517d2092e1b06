"""Settling: every target that is up to date ends before anything runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from engine.build.endings import Endings
from engine.errors import BuildError
from engine.plan.action import Action, Actions
from engine.plan.graph import Graph
from engine.plan.lookahead import Look
from engine.plan.rebuilder import Rebuilder, Restore, Run, UpToDate
from engine.plan.trace import UNRECORDED_KEY, Trace
from engine.sam.target import Target

if TYPE_CHECKING:
    from cache.wire import ActionResult


class Settling:
    """Makes the actions of a build's targets and says what is to be done about them."""

    def __init__(
        self,
        targets: Mapping[str, Target],
        graph: Graph,
        trace: Trace,
        actions: Actions,
        rebuilder: Rebuilder[ActionResult],
        endings: Endings,
    ) -> None:
        """`targets` are those to build, by full path."""
        self._targets = targets
        self._graph = graph
        self._trace = trace
        self._actions = actions
        self._rebuilder = rebuilder
        self._endings = endings

    def decide(self, name: str) -> UpToDate | Restore[ActionResult] | Run:
        """What is to be done about a target whose dependencies have ended.

        Raises:
            BuildError: when its action cannot be made.
        """
        return self._rebuilder.decide(self.action_of(name))

    def target(self, name: str) -> Target:
        """One of the targets to build."""
        return self._targets[name]

    def look_anew(self) -> None:
        """Believe nothing of what was seen in this build: make works in place, and may have changed it."""
        self._actions.look_anew()

    def because(self, action: Action) -> tuple[str, ...]:
        """Why the result of `action`, which is there, is not in place."""
        return self._rebuilder.because(action)

    def settle(self, names: Iterable[str], stop: Callable[[], bool], look: Look) -> list[str]:
        """End each of `names` that is up to date, without running anything; returns the others.

        They come and go in the graph's order. Nothing more is looked at once `stop` says so; `look` is called before a
        target is decided about, and may put it off.
        """
        left: list[str] = []
        waiting: set[str] = set()
        for name in names:
            if not stop() and waiting.isdisjoint(self._graph.inputs[name]) and self._settled(name, look):
                continue
            left.append(name)
            waiting.add(name)
        return left

    def _settled(self, name: str, look: Look) -> bool:
        if self._trace.record(name) is None:
            return False
        started = time.monotonic()
        if not look(name):
            return False
        try:
            decision = self._rebuilder.up_to_date(self.action_of(name))
        except BuildError:
            return False
        if decision is not None:
            self._endings.up_to_date(name, decision.record, started)
        return decision is not None

    def action_of(self, name: str) -> Action:
        """The action of a target whose dependencies have ended.

        Raises:
            BuildError: when it cannot be made.
        """
        digests = self._endings.digests
        dependencies = {other: digests[other] for other in self._graph.inputs[name]}
        record = self._trace.record(name)
        known = (record.key, record.manifest) if record is not None and record.key != UNRECORDED_KEY else None
        return self._actions.action_of(self._targets[name], dependencies, known)
