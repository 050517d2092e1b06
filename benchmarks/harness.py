"""Runs scenarios in interleaved rounds, so that what disturbs the machine disturbs every subject alike."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.contestant import Contestant
from benchmarks.floors import Floor, floors
from benchmarks.generate import Shape, plan
from benchmarks.oracle import Oracle
from benchmarks.scenarios import Scenario
from benchmarks.subjects.subject import Subject
from benchmarks.timing import Measurement

KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL")


class Row(NamedTuple):
    """A scenario's measurements, one for each round."""

    scenario: Scenario
    subjects: dict[str, list[Measurement]]
    """By the subject's name; one that does not support the scenario is absent."""
    floors: dict[str, list[Measurement]]
    """By the floor's title."""


class Result(NamedTuple):
    """Everything that was measured on one monorepo."""

    shape: Shape
    rows: tuple[Row, ...]


def run(work: Path, shape: Shape, subjects: Sequence[Subject], scenarios: Sequence[Scenario], rounds: int) -> Result:
    """Measures on copies of one monorepo, written below the new folder `work`.

    Raises:
        BenchmarkFault: A build failed or left wrong artifacts.
    """
    env = environment(work)
    oracle = Oracle(work / "oracle", plan(shape), env)
    contestants = [Contestant(subject, work / str(place), shape, env) for place, subject in enumerate(subjects)]
    known = {floor.name: floor for floor in floors(work / "floors", oracle.project, oracle.artifacts, env)}
    rows = []
    for scenario in scenarios:
        _say(f"{shape.functions}x{shape.files}: {scenario.title}")
        its_floors = [known[name] for name in scenario.floors if name in known]
        taking_part = [contestant for contestant in contestants if contestant.subject.supports(scenario.name)]
        rows.append(_measure(scenario, taking_part, its_floors, rounds, oracle))
    return Result(shape, tuple(rows))


def environment(work: Path) -> dict[str, str]:
    """The measured processes' whole environment: nothing of the user's but the search path and the language."""
    env = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    for variable, name in (("HOME", "home"), ("TMPDIR", "tmp")):
        (work / name).mkdir(parents=True)
        env[variable] = str(work / name)
    return env


def _measure(
    scenario: Scenario, contestants: Sequence[Contestant], its_floors: Sequence[Floor], rounds: int, oracle: Oracle
) -> Row:
    """Measures every contestant and floor once in each round, each round from another start."""
    row = Row(scenario, {c.subject.name: [] for c in contestants}, {floor.title: [] for floor in its_floors})
    for contestant in contestants:
        contestant.build(scenario.jobs)
    for number in range(rounds):
        turns: list[Callable[[], None]] = [
            partial(_turn, row, contestant, number, oracle) for contestant in contestants
        ]
        turns += [partial(_floor_turn, row, floor) for floor in its_floors]
        start = number % len(turns)
        for turn in turns[start:] + turns[:start]:
            turn()
    return row


def _turn(row: Row, contestant: Contestant, number: int, oracle: Oracle) -> None:
    row.scenario.prepare(contestant, number)
    row.subjects[contestant.subject.name].append(contestant.build(row.scenario.jobs))
    contestant.check(oracle)


def _floor_turn(row: Row, floor: Floor) -> None:
    row.floors[floor.title].append(floor.run())


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
