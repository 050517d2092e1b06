"""The command that measures what the sandbox costs: `python -m benchmarks.sandbox`."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.generate import Shape, plan, size
from benchmarks.harness import Result, Row, run
from benchmarks.machine import describe
from benchmarks.run import DEFAULT_ROUNDS, MEMORY_FOLDER
from benchmarks.scenarios import Scenario, scenarios
from benchmarks.studies import Study
from benchmarks.subjects.engine import Engine
from benchmarks.subjects.registry import beside_python
from benchmarks.subjects.subject import Subject, first_line_of
from benchmarks.table import ratio, table
from benchmarks.timing import BenchmarkFault

DEFAULT_SIZE = (100, 20)
JOBS = 8
PROGRAMS = Shape(functions=24, files=2, compiled_every=1, stages=50)
"""Programs that keep gcc busy for about 0.3 s each."""


class SandboxedEngine(Engine):
    """The same with every make in a sandbox."""

    name: str = "engine in the sandbox"
    options = ("--sandbox", "on")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks.sandbox", description="Measures builds with the sandbox beside builds without it."
    )
    made.add_argument("--size", type=size, default=DEFAULT_SIZE, metavar="NxM", help="functions x files (100x20)")
    made.add_argument("--rounds", type=int, default=DEFAULT_ROUNDS, help="(%(default)s)")
    made.add_argument("--no-programs", action="store_true", help="leave out the builds in which gcc works")
    made.add_argument("--engine", help="executable (that of this virtual environment)")
    made.add_argument("--work", type=Path, help="where the monorepos are written (/dev/shm, else the temporary folder)")
    return made


def main(argv: list[str]) -> int:
    """Measures and prints the tables; 1 where a build was wrong or there is no bubblewrap."""
    made = parser()
    options = made.parse_args(argv)
    try:
        shapes = [Shape(*options.size), *([] if options.no_programs else [PROGRAMS])]
        for shape in shapes:
            plan(shape)
    except ValueError as error:
        made.error(str(error))
    if shutil.which("bwrap") is None:
        print("error: bubblewrap is not installed: apt-get install bubblewrap", file=sys.stderr)
        return 1
    try:
        _measure(options, shapes)
    except BenchmarkFault as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 1
    return 0


def _measure(options: argparse.Namespace, shapes: Sequence[Shape]) -> None:
    place = options.work or (Path(MEMORY_FOLDER) if Path(MEMORY_FOLDER).is_dir() else Path(tempfile.gettempdir()))
    executable = options.engine or beside_python("engine")
    subjects: tuple[Subject, ...] = (Engine(executable), SandboxedEngine(executable))
    machine = {**describe(subjects, place), "bubblewrap": first_line_of(["bwrap", "--version"]) or "unknown"}
    print("".join(f"- {label}: {value}\n" for label, value in machine.items()), flush=True)
    for shape in shapes:
        print(markdown(_run(place, shape, subjects, options), options.rounds), flush=True)


def _run(place: Path, shape: Shape, subjects: tuple[Subject, ...], options: argparse.Namespace) -> Result:
    with tempfile.TemporaryDirectory(prefix="engine-sandbox-", dir=place) as folder:
        return run(Path(folder), Study(shape, _scenarios(), subjects), options.rounds)


def _scenarios() -> tuple[Scenario, ...]:
    known = {row.name: row for row in scenarios(JOBS)}
    cold = known["cold-8"]
    alone = cold._replace(name="cold-1", title="cold, 1 job", jobs=1)
    return tuple(row._replace(floors=()) for row in (alone, cold, known["nothing"]))


def markdown(result: Result, rounds: int) -> str:
    """One section: the builds without and with the sandbox, and what it costs each target that runs."""
    shape = result.shape
    programs = ", a C program each" if shape.compiled_every else ""
    lines = [
        f"## {shape.functions} functions x {shape.files} files{programs}",
        "",
        f"Medians of {rounds} interleaved rounds; every artifact was compared with what make leaves.",
        "",
    ]
    head = ["scenario", "without", "in the sandbox", "ratio within a round", "for each target"]
    return "\n".join([*lines, *table(head, [_cells(row, shape.functions) for row in result.rows]), ""])


def _cells(row: Row, targets: int) -> list[str]:
    without, within = row.subjects.values()
    difference_s = median(one.wall_s - other.wall_s for one, other in zip(within, without, strict=True))
    times = [f"{1000 * median(one.wall_s for one in measured):.0f} ms" for measured in (without, within)]
    each = "—" if row.scenario.name == "nothing" else f"{1000 * difference_s / targets:+.1f} ms"
    return [row.scenario.title, *times, f"{ratio(within, without):.2f}", each]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
