"""Which monorepos are measured, and by which scenarios, rounds and subjects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.generate import Shape
from benchmarks.scenarios import Scenario
from benchmarks.subjects.subject import Subject

SCALING_FUNCTIONS = 2000
"""From here on a monorepo tells how time and memory grow, which a few scenarios do."""
SCALING_SCENARIOS = ("cold-8", "nothing")
WORKERS = ("engine", "ninja", "make -rR", "xargs -P")
"""Where gcc does the work: what the others add to it shows without gcc, and each build takes many seconds."""


class Study(NamedTuple):
    """One monorepo and what is measured on it."""

    shape: Shape
    scenarios: tuple[Scenario, ...]
    subjects: tuple[Subject, ...]

    def rounds(self, scenario: Scenario, rounds: int) -> int:
        """How often the scenario runs: a cold build of the largest monorepos once, for its memory."""
        return 1 if _scales(self.shape) and scenario.name.startswith("cold") else rounds


def _scales(shape: Shape) -> bool:
    return shape.functions >= SCALING_FUNCTIONS


def sizes(shape: Shape, rows: Sequence[Scenario], subjects: Sequence[Subject], *, chosen: bool) -> Study:
    """Every scenario on one monorepo; where nothing was `chosen` by name, those that fit its size."""
    fitting = [row for row in rows if row.suits(shape)]
    if _scales(shape) and not chosen:
        fitting = [row for row in fitting if row.name in SCALING_SCENARIOS]
    return Study(shape, tuple(fitting), tuple(subjects))


def library(rows: Sequence[Scenario], subjects: Sequence[Subject]) -> Study:
    """Five layers, each read by twenty functions of a hundred, and one of them edited."""
    return Study(Shape(layers=5, depends=True), _named(rows, "library"), tuple(subjects))


def work(rows: Sequence[Scenario], subjects: Sequence[Subject]) -> Study:
    """A hundred programs that gcc compiles, about 0.3 s each."""
    shape = Shape(files=2, compiled_every=1, stages=50)
    return Study(shape, _named(rows, "cold-8"), tuple(one for one in subjects if one.name in WORKERS))


def _named(rows: Sequence[Scenario], name: str) -> tuple[Scenario, ...]:
    return tuple(row for row in rows if row.name == name)
