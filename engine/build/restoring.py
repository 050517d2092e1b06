"""Restoring in bulk: several processes materialise what the store has, before anything runs."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from cache.snapshot import Snapshot
from engine.build.endings import Endings
from engine.build.results import Results, seconds_of
from engine.build.settling import Settling
from engine.errors import BuildError
from engine.plan.action import Action
from engine.plan.graph import Graph
from engine.plan.trace import TargetRecord, Trace
from engine.run.artifacts import Artifacts
from engine.run.crew import crew
from engine.run.events import State
from engine.run.process import Processes

if TYPE_CHECKING:
    from cache.materialise import LinkMode

_WORTH_A_PROCESS = 8
"""Targets for each process: with fewer its start costs more than it gains."""


class Bulk(NamedTuple):
    """What restoring works with."""

    graph: Graph
    trace: Trace
    settling: Settling
    endings: Endings
    results: Results
    artifacts: Artifacts
    processes: Processes
    log_of: Callable[[str], str]
    link_mode: LinkMode
    hands: int
    """Processes that may work at once, this one included; 0: what the store has is not wanted."""


@contextlib.contextmanager
def restored_in_bulk(bulk: Bulk, left: list[str], stop: Callable[[], bool]) -> Iterator[Iterator[str]]:
    """Gives the names in `left` that end restored, as they do; the caller must have no other thread on entering.

    A target counts here when all that comes before it has ended, or is restored here and is no input of it. What
    turns out not to be restorable is left as it is: whoever works on it next finds out why, and says so.
    """
    hits = list(_hits(bulk, left)) if bulk.hands else []
    others = max(min(bulk.hands, len(hits) // _WORTH_A_PROCESS) - 1, 0)
    warnings: list[str] = []
    results = bulk.results.apart(warnings.append)

    def work(index: int) -> tuple[Any, ...]:
        warnings.clear()
        started = time.monotonic()
        because = bulk.settling.because(hits[index])
        found = _restore(bulk, results, hits[index])
        return (found, because, time.monotonic() - started, tuple(warnings), results.take_added())

    with crew(bulk.processes, len(hits), others, work, stop) as answers:
        yield _ended(bulk, hits, answers)


def _hits(bulk: Bulk, left: list[str]) -> Iterator[Action]:
    """The actions that seem to have a result, in the graph's order."""
    ready = set(bulk.endings.digests)
    for name in left:
        if bulk.endings.digests.keys() >= set(bulk.graph.inputs[name]) and ready.issuperset(bulk.graph.after[name]):
            with contextlib.suppress(BuildError):  # told by whoever works on it
                action = bulk.settling.action_of(name)
                if bulk.results.may_have(action.key):
                    ready.add(name)
                    yield action


def _restore(bulk: Bulk, results: Results, action: Action) -> tuple[tuple[Any, ...], float] | None:
    """The snapshot, as a tuple, and how long make took once; None where the action cannot be restored."""
    name = action.target.full_path
    with contextlib.suppress(OSError):
        result = results.find(action.key, whole=False)
        if result is None:
            return None
        staged = bulk.artifacts.staging_for(name)
        output = results.restore(action.key, result, staged, bulk.log_of(name), bulk.link_mode)
        if output is not None:
            bulk.artifacts.swap_in(name, staged)
            return tuple(output), seconds_of(result)
    return None


def _ended(bulk: Bulk, hits: list[Action], answers: Iterator[tuple[int, Any]]) -> Iterator[str]:
    lost = {hit.target.full_path for hit in hits}
    for index, (found, because, seconds, warnings, added_bytes) in answers:
        action, name = hits[index], hits[index].target.full_path
        bulk.results.count(added_bytes)
        for warning in warnings:
            bulk.results.give_up(action.key, warning)
        if found is not None:
            output = Snapshot(*found[0])
            record = TargetRecord(action.key, action.manifest, output, output.digest, found[1])
            bulk.trace.heard(name, record.seconds)
            bulk.trace.remember(name, record)
            bulk.endings.succeeded(name, State.RESTORED, record, time.monotonic() - seconds, because)
            lost.discard(name)
            yield name
    for name in lost:
        with contextlib.suppress(OSError):  # met again by whoever works on it
            bulk.artifacts.undo(name)
