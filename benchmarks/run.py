"""The command that measures: `python -m benchmarks.run`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from benchmarks import reach, studies
from benchmarks.generate import add_shape_arguments, plan, shape_from, size
from benchmarks.harness import Result, run
from benchmarks.machine import describe
from benchmarks.scenarios import scenarios
from benchmarks.studies import Study
from benchmarks.subjects.registry import subjects
from benchmarks.table import document, markdown
from benchmarks.timing import BenchmarkFault

DEFAULT_SIZE = (100, 20)
LARGE_SIZES = [(1000, 20), (100, 500), (10_000, 20)]
STUDIES = ("sizes", "library", "work")
DEFAULT_ROUNDS = 7
MEMORY_FOLDER = "/dev/shm"
Named = TypeVar("Named")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.run", description="Measures the engine beside its peers.")
    made.add_argument(
        "--size", type=size, action="append", metavar="NxM", help="functions x files; may be repeated (100x20)"
    )
    made.add_argument("--large", action="store_true", help="1000x20, 100x500 and 10000x20 too")
    made.add_argument("--studies", help=f"comma-separated, of {', '.join(STUDIES)} (all)")
    made.add_argument("--rounds", type=int, default=DEFAULT_ROUNDS, help="(%(default)s)")
    made.add_argument("--jobs", type=int, default=8, help="of the scenarios that are not about it (%(default)s)")
    made.add_argument("--subjects", help="comma-separated names; these run at every size")
    made.add_argument("--scenarios", help="comma-separated names")
    made.add_argument("--engine", help="executable (that of this virtual environment)")
    made.add_argument("--sam", help="executable (ENGINE_TEST_SAM, else .venv-sam/bin/sam)")
    made.add_argument("--node-modules", type=Path, help="of the peers from npm (.bench/npm/node_modules)")
    made.add_argument("--work", type=Path, help="where the monorepos are written (/dev/shm, else the temporary folder)")
    made.add_argument("--output", type=Path, default=Path(".bench"), help="folder of the results (%(default)s)")
    add_shape_arguments(made)
    return made


def main(argv: list[str]) -> int:
    """Measures, prints the tables, and writes results.md and results.json; 1 where a build was wrong."""
    made = parser()
    options = made.parse_args(argv)
    try:
        planned = _studies(options)
    except ValueError as error:
        made.error(str(error))
    try:
        _measure(options, planned)
    except BenchmarkFault as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 1
    return 0


def _studies(options: argparse.Namespace) -> list[Study]:
    """What to measure.

    Raises:
        ValueError: An unknown name, or a shape that cannot be.
    """
    known = subjects(options.engine, options.sam, options.node_modules)
    taking_part = _chosen(options.subjects, {subject.name: subject for subject in known}) or known
    every = scenarios(options.jobs)
    rows = _chosen(options.scenarios, {row.name: row for row in every}) or every
    kinds = _chosen(options.studies, {name: name for name in STUDIES}) or STUDIES
    planned = []
    for numbers in _sizes(options) if "sizes" in kinds else []:
        shape = shape_from(options, *numbers)
        plan(shape)
        planned.append(studies.sizes(shape, rows, taking_part, chosen=bool(options.scenarios)))
    planned += [studies.library(rows, taking_part)] if "library" in kinds else []
    planned += [studies.work(rows, taking_part)] if "work" in kinds else []
    return [study for study in planned if study.scenarios and study.subjects]


def _sizes(options: argparse.Namespace) -> list[tuple[int, int]]:
    return (options.size or [DEFAULT_SIZE]) + (LARGE_SIZES if options.large else [])


def _chosen(names: str | None, known: dict[str, Named]) -> tuple[Named, ...]:
    wanted = names.split(",") if names else []
    if unknown := [name for name in wanted if name not in known]:
        raise ValueError(f"{unknown[0]!r} is none of: {'; '.join(known)}")
    return tuple(known[name] for name in wanted)


def _measure(options: argparse.Namespace, planned: Sequence[Study]) -> None:
    place = options.work or Path(MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK) else tempfile.gettempdir())
    machine = describe(tuple({one.name: one for study in planned for one in study.subjects}.values()), place)
    results: list[Result] = []
    tables = ["".join(f"- {label}: {value}\n" for label, value in machine.items())]
    for study in planned:
        result = _run(place, _possible(study, machine, named=bool(options.subjects)), options.rounds)
        results.append(result)
        tables.append(markdown(result, study.subjects, machine, options.rounds))
        # Written after each study: a long run that is ended leaves what it measured.
        _write(options.output, document(results, machine, options.rounds), tables)
    print((options.output / "results.md").read_text(encoding="utf-8"), end="")


def _write(folder: Path, found: dict[str, Any], tables: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = "\n".join([*tables, reach.markdown(found)])
    (folder / "results.md").write_text(text, encoding="utf-8")


def _possible(study: Study, machine: dict[str, str], *, named: bool) -> Study:
    """The study with those of its subjects that are installed and, unless `named`, meant for its size."""
    return study._replace(
        subjects=tuple(
            subject
            for subject in study.subjects
            if machine[subject.name] != "not installed"
            and (named or subject.max_functions is None or study.shape.functions <= subject.max_functions)
        )
    )


def _run(place: Path, study: Study, rounds: int) -> Result:
    with tempfile.TemporaryDirectory(prefix="engine-benchmark-", dir=place) as folder:
        return run(Path(folder), study, rounds)


if __name__ == "__main__":
    # What runs in the background for a subject is ended, and the workspaces are deleted, on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(main(sys.argv[1:]))
