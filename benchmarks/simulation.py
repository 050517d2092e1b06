"""Simulated builds: random graphs run in no time by the engine's own plan, beside a queue and a lower bound."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from engine.plan.graph import Graph

NODES = (10, 2000)
JOBS = (2, 64)
PARETO_SHAPES = (1.1, 3.0)
"""From a few targets that take most of the time to targets that are much alike; the shortest takes a second."""


class Case(NamedTuple):
    """A build to be simulated."""

    graph: Graph
    seconds: dict[str, float]
    """What each target takes."""
    jobs: int


class Span(NamedTuple):
    """When a target ran, in seconds since the build began."""

    target: str
    start_s: float
    end_s: float


class Order(Protocol):
    """Says what starts next, as `engine.plan.states.Plan` does."""

    def next(self) -> str | None:
        """Start a target; None when none may start now."""

    def succeeded(self, name: str) -> None:
        """A target ended."""


class Queue:
    """First in, first out: what became ready first starts first. An `Order`."""

    def __init__(self, graph: Graph) -> None:
        self._waits = {name: len(graph.after[name]) for name in graph.order}
        self._dependents = _dependents(graph)
        self._ready = deque(name for name in graph.order if not self._waits[name])

    def next(self) -> str | None:
        """Start what waits longest."""
        return self._ready.popleft() if self._ready else None

    def succeeded(self, name: str) -> None:
        """Queue what waited only for `name`."""
        for dependent in self._dependents[name]:
            self._waits[dependent] -= 1
            if not self._waits[dependent]:
                self._ready.append(dependent)


def simulate(order: Order, seconds: Mapping[str, float], jobs: int) -> list[Span]:
    """Run everything that `order` starts, `jobs` at once: a discrete-event simulation that steps from end to end."""
    now_s = 0.0
    running: list[tuple[float, str]] = []
    spans: list[Span] = []
    while True:
        while len(running) < jobs and (name := order.next()) is not None:
            spans.append(Span(name, now_s, now_s + seconds[name]))
            heapq.heappush(running, (now_s + seconds[name], name))
        if not running:
            return spans
        now_s, ended = heapq.heappop(running)
        order.succeeded(ended)


def makespan_s(spans: list[Span]) -> float:
    """When the last target ended."""
    return max((span.end_s for span in spans), default=0.0)


def lower_bound_s(case: Case) -> float:
    """What no schedule is shorter than: the critical path, and the work shared evenly by all jobs."""
    return max(critical_path_s(case), sum(case.seconds.values()) / case.jobs)


def critical_path_s(case: Case) -> float:
    """The longest path through the graph."""
    ends_s: dict[str, float] = {}
    for name in case.graph.order:
        ends_s[name] = case.seconds[name] + max((ends_s[before] for before in case.graph.after[name]), default=0.0)
    return max(ends_s.values(), default=0.0)


def random_case(seed: int) -> Case:
    """A random build; seeds take turns through the kinds of graphs. Sizes are spread evenly over their logarithms."""
    chance = random.Random(seed)
    names = tuple(f"T{index}" for index in range(round(_spread(chance, *NODES))))
    jobs = round(_spread(chance, *JOBS))
    shape = chance.uniform(*PARETO_SHAPES)
    wiring = _WIRINGS[seed % len(_WIRINGS)]
    waits = wiring(chance, len(names))
    after = {name: tuple(names[before] for before in sorted(waits[index])) for index, name in enumerate(names)}
    seconds = {name: chance.paretovariate(shape) for name in names}
    return Case(Graph(names, dict.fromkeys(names, ()), after), seconds, jobs)


def with_tightest_jobs(case: Case) -> Case:
    """The same build with the jobs at which path and work weigh alike: there the order of starts matters most."""
    even = round(sum(case.seconds.values()) / critical_path_s(case))
    return case._replace(jobs=min(max(even, JOBS[0]), JOBS[1]))


def misjudged(case: Case, seed: int, sigma: float = 0.5) -> dict[str, float]:
    """Expectations that are wrong by a log-normal factor: one in three is 1.6 times too long or too short, or more."""
    chance = random.Random(seed)
    return {name: seconds * chance.lognormvariate(0, sigma) for name, seconds in case.seconds.items()}


def _spread(chance: random.Random, least: int, most: int) -> float:
    return math.exp(chance.uniform(math.log(least), math.log(most)))


def _dependents(graph: Graph) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in graph.order}
    for name in graph.order:
        for before in graph.after[name]:
            found[before].append(name)
    return found


Wiring = Callable[[random.Random, int], list[list[int]]]
"""For each target in order, which earlier ones it waits for."""


def _sparse(chance: random.Random, count: int) -> list[list[int]]:
    """Up to three dependencies anywhere before."""
    return [_some(chance, range(index), chance.choice((0, 0, 1, 1, 2, 3))) for index in range(count)]


def _local(chance: random.Random, count: int) -> list[list[int]]:
    """Dependencies nearby, which makes long chains."""
    reach = chance.randint(3, 50)
    return [_some(chance, range(max(0, index - reach), index), chance.choice((0, 1, 1, 2))) for index in range(count)]


def _layered(chance: random.Random, count: int) -> list[list[int]]:
    """Stages, each after the one before."""
    width = max(1, count // chance.randint(2, 12))
    stages = [range(max(0, (index // width - 1) * width), index // width * width) for index in range(count)]
    return [_some(chance, stage, chance.randint(1, 3)) for stage in stages]


def _forest(chance: random.Random, count: int) -> list[list[int]]:
    """Trees: one dependency each, or none."""
    return [_some(chance, range(index), int(chance.random() < 0.8)) for index in range(count)]


def _application(chance: random.Random, count: int) -> list[list[int]]:
    """Functions that reference up to two of the application's few layers."""
    layers = max(1, count // chance.randint(4, 20))
    return [
        [] if index < layers else _some(chance, range(layers), chance.choice((0, 1, 1, 2))) for index in range(count)
    ]


def _some(chance: random.Random, earlier: range, wanted: int) -> list[int]:
    return chance.sample(earlier, min(len(earlier), wanted))


_WIRINGS: tuple[Wiring, ...] = (_sparse, _local, _layered, _forest, _application)
