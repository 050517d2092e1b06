"""The command that measures: `python -m benchmarks.run`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks.generate import Shape, add_shape_arguments, plan, shape_from, size
from benchmarks.harness import Result, run
from benchmarks.machine import describe
from benchmarks.scenarios import Scenario, scenarios
from benchmarks.subjects.registry import subjects
from benchmarks.subjects.subject import Subject
from benchmarks.table import document, markdown
from benchmarks.timing import BenchmarkFault

DEFAULT_SIZE = (100, 20)
LARGE_SIZE = (1000, 20)
DEFAULT_ROUNDS = 7
MEMORY_FOLDER = "/dev/shm"
Named = TypeVar("Named")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.run", description="Measures the engine beside its peers.")
    made.add_argument(
        "--size", type=size, action="append", metavar="NxM", help="functions x files; may be repeated (100x20)"
    )
    made.add_argument("--large", action="store_true", help="1000x20 too")
    made.add_argument("--rounds", type=int, default=DEFAULT_ROUNDS, help="(%(default)s)")
    made.add_argument("--jobs", type=int, default=8, help="of the scenarios that are not about it (%(default)s)")
    made.add_argument("--subjects", help="comma-separated names; these run at every size")
    made.add_argument("--scenarios", help="comma-separated names")
    made.add_argument("--engine", help="executable (that of this virtual environment)")
    made.add_argument("--sam", help="executable (ENGINE_TEST_SAM, else .venv-sam/bin/sam)")
    made.add_argument("--work", type=Path, help="where the monorepos are written (/dev/shm, else the temporary folder)")
    made.add_argument("--output", type=Path, default=Path(".bench"), help="folder of the results (%(default)s)")
    add_shape_arguments(made)
    return made


def main(argv: list[str]) -> int:
    """Measures, prints the tables, and writes results.md and results.json; 1 where a build was wrong."""
    made = parser()
    options = made.parse_args(argv)
    try:
        shapes = [shape_from(options, *numbers) for numbers in _sizes(options)]
        for shape in shapes:
            plan(shape)
        known = subjects(options.engine, options.sam)
        chosen = _chosen(options.subjects, {subject.name: subject for subject in known}) or known
        rows = scenarios(options.jobs)
        rows = _chosen(options.scenarios, {row.name: row for row in rows}) or rows
    except ValueError as error:
        made.error(str(error))
    try:
        _measure(options, shapes, chosen, rows)
    except BenchmarkFault as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 1
    return 0


def _sizes(options: argparse.Namespace) -> list[tuple[int, int]]:
    return (options.size or [DEFAULT_SIZE]) + ([LARGE_SIZE] if options.large else [])


def _chosen(names: str | None, known: dict[str, Named]) -> tuple[Named, ...]:
    wanted = names.split(",") if names else []
    if unknown := [name for name in wanted if name not in known]:
        raise ValueError(f"{unknown[0]!r} is none of: {', '.join(known)}")
    return tuple(known[name] for name in wanted)


def _measure(
    options: argparse.Namespace, shapes: Sequence[Shape], chosen: Sequence[Subject], rows: Sequence[Scenario]
) -> None:
    place = options.work or Path(MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK) else tempfile.gettempdir())
    machine = describe(tuple(chosen), place)
    results, tables = [], ["".join(f"- {label}: {value}\n" for label, value in machine.items())]
    for shape in shapes:
        result = _run(place, shape, [s for s in chosen if _runs(s, shape, machine, options)], rows, options.rounds)
        results.append(result)
        tables.append(markdown(result, chosen, machine, options.rounds))
    options.output.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document(results, machine, options.rounds), indent=1)
    (options.output / "results.json").write_text(text + "\n", encoding="utf-8")
    (options.output / "results.md").write_text("\n".join(tables), encoding="utf-8")
    print("\n".join(tables), end="")


def _runs(subject: Subject, shape: Shape, machine: dict[str, str], options: argparse.Namespace) -> bool:
    fits = subject.max_functions is None or shape.functions <= subject.max_functions or options.subjects
    return machine[subject.name] != "not installed" and bool(fits)


def _run(place: Path, shape: Shape, taking_part: Sequence[Subject], rows: Sequence[Scenario], rounds: int) -> Result:
    with tempfile.TemporaryDirectory(prefix="engine-benchmark-", dir=place) as folder:
        return run(Path(folder), shape, taking_part, rows, rounds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
