"""Runs scenarios in interleaved rounds, so that what disturbs the machine disturbs every subject alike."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.contestant import Contestant
from benchmarks.floors import Floor, Ground, floors
from benchmarks.generate import Shape, plan
from benchmarks.oracle import Oracle
from benchmarks.scenarios import Scenario
from benchmarks.studies import Study
from benchmarks.subjects.subject import Subject
from benchmarks.timing import Measurement

KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL")


class Row(NamedTuple):
    """A scenario's measurements, one for each round."""

    scenario: Scenario
    subjects: dict[str, list[Measurement]]
    """By the subject's name; one that does not support the scenario is absent."""
    floors: dict[str, list[Measurement]]
    """By the floor's name."""


class Result(NamedTuple):
    """Everything that was measured on one monorepo."""

    shape: Shape
    rows: tuple[Row, ...]
    floor_titles: dict[str, str]
    """By the floor's name."""


def run(work: Path, study: Study, rounds: int) -> Result:
    """Measures on copies of one monorepo, written below the new folder `work`.

    Raises:
        BenchmarkFault: A build failed or left wrong artifacts.
    """
    env = environment(work)
    monorepo = plan(study.shape)
    oracle = Oracle(work / "oracle", monorepo, env)
    (work / "floors").mkdir()
    ground = Ground(work / "floors", oracle.project, oracle.artifacts, env)
    known = {floor.name: floor for floor in floors(ground, monorepo.functions[0])}
    with ExitStack() as running:
        contestants = [
            running.enter_context(_contestant(subject, work / str(place), study.shape, env))
            for place, subject in enumerate(study.subjects)
        ]
        rows = [_row(study, scenario, contestants, known, oracle, rounds) for scenario in study.scenarios]
    return Result(study.shape, tuple(rows), {floor.name: floor.title for floor in known.values()})


@contextmanager
def _contestant(subject: Subject, folder: Path, shape: Shape, env: dict[str, str]) -> Iterator[Contestant]:
    contestant = Contestant(subject, folder, shape, env)
    try:
        yield contestant
    finally:
        contestant.finish()


def environment(work: Path) -> dict[str, str]:
    """The measured processes' whole environment: nothing of the user's but the search path and the language."""
    env = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    for variable, name in (("HOME", "home"), ("TMPDIR", "tmp")):
        (work / name).mkdir(parents=True)
        env[variable] = str(work / name)
    return env


def _row(
    study: Study,
    scenario: Scenario,
    contestants: Sequence[Contestant],
    known: dict[str, Floor],
    oracle: Oracle,
    rounds: int,
) -> Row:
    """Measures every contestant and floor once in each round, each round from another start."""
    _say(f"{study.shape.functions}x{study.shape.files}: {scenario.title}")
    taking_part = [contestant for contestant in contestants if contestant.subject.supports(scenario.name)]
    its_floors = [known[name] for name in scenario.floors if name in known]
    row = Row(scenario, {c.subject.name: [] for c in taking_part}, {floor.name: [] for floor in its_floors})
    turns: list[Callable[[int], None]] = [partial(_turn, row, contestant, oracle) for contestant in taking_part]
    turns += [partial(_floor_turn, row, floor) for floor in its_floors]
    for contestant in taking_part:
        contestant.build(scenario.jobs)
    for number in range(study.rounds(scenario, rounds)):
        start = number % len(turns)
        for turn in turns[start:] + turns[:start]:
            turn(number)
    return row


def _turn(row: Row, contestant: Contestant, oracle: Oracle, number: int) -> None:
    row.scenario.prepare(contestant, number)
    row.subjects[contestant.subject.name].append(row.scenario.measured(contestant, row.scenario.jobs))
    contestant.check(oracle)


def _floor_turn(row: Row, floor: Floor, _number: int) -> None:
    row.floors[floor.name].append(floor.run())


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
