"""What bounds an engine in Python, step by step: `python -m benchmarks.bounds`.

Each step of a build with nothing to do, and of one that restores everything, as the least program that does only
that: interpreted, over two processes, compiled. `git status` and `cp -r` on the same files are what they compare to.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.floors import Ground, floors
from benchmarks.generate import Shape, plan, size
from benchmarks.harness import environment
from benchmarks.machine import describe
from benchmarks.oracle import Oracle
from benchmarks.run import DEFAULT_ROUNDS, MEMORY_FOLDER
from benchmarks.subjects.subject import remove
from benchmarks.table import table
from benchmarks.timing import BenchmarkFault, Measurement

HERE = Path(__file__).parent
DEFAULT_SIZE = (1000, 20)
ASK = "import socket; s = socket.socket(socket.AF_UNIX); s.connect({!r}); print(s.recv(99))"
IMPORTS = "import click, engine.cli.build, engine.build"


class Step(NamedTuple):
    """One program to time."""

    title: str
    compared: str
    """The floor that it is a multiple of."""
    run: Callable[[], Measurement]


class Field(NamedTuple):
    """Where the steps work."""

    ground: Ground
    looked_at: Path
    """List of what a build with nothing to do looks at: sources, artifacts, and the folders of both."""
    files: Path
    """List of the artifacts' files."""
    walker: Path
    """The compiled one."""

    def interpreted(self, what: str, processes: int) -> Measurement:
        """One run of `walker.py`."""
        listed = self.looked_at if what == "stat" else self.files
        argv = (sys.executable, str(HERE / "walker.py"), what, str(listed), str(processes), str(self._copies()))
        return self.ground.run(argv, self.ground.folder)

    def compiled(self, what: str) -> Measurement:
        """One run of `walker.c`."""
        listed = self.looked_at if what == "stat" else self.files
        script = f'exec "$0" {what} "$2" < "$1"'
        argv = ("sh", "-c", script, str(self.walker), str(listed), str(self._copies()))
        return self.ground.run(argv, self.ground.folder)

    def python(self, code: str) -> Measurement:
        """One run of a line of Python."""
        return self.ground.run((sys.executable, "-c", code), HERE.parent)

    def _copies(self) -> Path:
        copies = self.ground.folder / "copies"
        remove(copies)
        copies.mkdir()
        return copies


def steps(field: Field, daemon: str) -> tuple[Step, ...]:
    """What is timed; `daemon` is the path of a socket at which an answer waits."""
    return (
        Step("start Python", "git", lambda: field.python("pass")),
        Step("import what such a build imports", "git", lambda: field.python(IMPORTS)),
        Step("look at sources and artifacts: Python", "git", lambda: field.interpreted("stat", 1)),
        Step("the same over two processes", "git", lambda: field.interpreted("stat", 2)),
        Step("the same in C", "git", lambda: field.compiled("stat")),
        Step("ask a daemon that knows, from Python", "git", lambda: field.python(ASK.format(daemon))),
        Step("copy the artifacts' files: Python", "cp", lambda: field.interpreted("copy", 1)),
        Step("the same, compared with their SHA-256", "cp", lambda: field.interpreted("verify", 1)),
        Step("that over two processes", "cp", lambda: field.interpreted("verify", 2)),
        Step("copy them in C, nothing compared", "cp", lambda: field.compiled("copy")),
    )


def main(argv: list[str]) -> int:
    """Measures and prints the table."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.bounds", description=__doc__)
    made.add_argument("--size", type=size, default=DEFAULT_SIZE, metavar="NxM", help="functions x files (1000x20)")
    made.add_argument("--rounds", type=int, default=DEFAULT_ROUNDS, help="(%(default)s)")
    options = made.parse_args(argv)
    place = Path(MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK) else tempfile.gettempdir())
    print("".join(f"- {label}: {value}\n" for label, value in describe((), place).items()))
    try:
        with tempfile.TemporaryDirectory(prefix="engine-bounds-", dir=place) as folder:
            print("\n".join(_measured(Path(folder), Shape(*options.size), options.rounds)))
    except BenchmarkFault as fault:
        print(f"error: {fault}", file=sys.stderr)
        return 1
    return 0


def _measured(work: Path, shape: Shape, rounds: int) -> list[str]:
    env = environment(work)
    oracle = Oracle(work / "oracle", plan(shape), env)
    (work / "floors").mkdir()
    ground = Ground(work / "floors", oracle.project, oracle.artifacts, env)
    known = {floor.name: floor for floor in floors(ground, plan(shape).functions[0]) if floor.name in ("git", "cp")}
    if len(known) < 2:
        raise BenchmarkFault("git is not installed")
    daemon = str(work / "socket")
    with _answering(daemon):
        planned = steps(_field(ground, work), daemon)
        turns = {**{floor.title: floor.run for floor in known.values()}, **{step.title: step.run for step in planned}}
        times: dict[str, list[float]] = {title: [] for title in turns}
        for _ in range(rounds):
            for title, run in turns.items():
                times[title].append(run().wall_s)
    head = (f"{shape.functions}x{shape.files}, median of {rounds} interleaved rounds", "time", "as a multiple")
    rows = [(known[name].title, _ms(times[known[name].title]), "") for name in ("git", "cp")]
    rows += [
        (step.title, _ms(times[step.title]), _multiple(times, step, known[step.compared].title)) for step in planned
    ]
    return table(head, rows)


def _field(ground: Ground, work: Path) -> Field:
    looked_at, files = [], []
    for root in (ground.project, ground.artifacts):
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name != ".git"]
            looked_at += [folder, *(f"{folder}/{name}" for name in names)]
            files += [f"{folder}/{name}" for name in names if root == ground.artifacts]
    for name, listed in (("looked-at", looked_at), ("files", files)):
        (work / name).write_bytes(b"".join(path.encode() + b"\0" for path in listed))
    walker = work / "walker"
    subprocess.run(["gcc", "-O2", "-o", str(walker), str(HERE / "walker.c")], check=True)
    return Field(ground, work / "looked-at", work / "files", walker)


@contextlib.contextmanager
def _answering(path: str) -> Iterator[None]:
    """A daemon answers whoever connects."""
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()
    thread = threading.Thread(target=_answer, args=(listening,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        listening.close()


def _answer(listening: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it was shut down
        while True:
            asking, _ = listening.accept()
            with asking:
                asking.sendall(b"nothing to do")


def _ms(times_s: Sequence[float]) -> str:
    return f"{median(times_s) * 1000:.0f} ms"


def _multiple(times: dict[str, list[float]], step: Step, compared: str) -> str:
    ratio = median(one / other for one, other in zip(times[step.title], times[compared], strict=True))
    return f"{ratio:.2f} x {compared}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
