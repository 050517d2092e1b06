"""What no build can beat on this machine: other programs that touch the same bytes, timed in the same rounds."""

from __future__ import annotations

import os
import resource
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import xxhash

from benchmarks.generate import Unit
from benchmarks.repository import GIT, commit
from benchmarks.subjects.subject import first_line_of, remove
from benchmarks.timing import Command, Measurement, measure

READ_BYTES = 1 << 20
TIMEOUT_S = 600.0
HASH_SCRIPT = "find . -name .git -prune -o -type f -print0 | xargs -0 xxh128sum -q"


class Floor(NamedTuple):
    """A measured floor."""

    name: str
    title: str
    run: Callable[[], Measurement]


class Ground(NamedTuple):
    """A built monorepo to measure floors on."""

    folder: Path
    """The floors' own, to write in. It exists."""
    project: Path
    """It becomes a git repository."""
    artifacts: Path
    env: Mapping[str, str]

    def run(self, argv: tuple[str, ...], cwd: Path) -> Measurement:
        """Measures one command."""
        return measure(Command(argv, str(cwd), self.env), self.folder / "log", TIMEOUT_S)


def floors(ground: Ground, unit: Unit) -> tuple[Floor, ...]:
    """The floors of a monorepo; `unit` is the one whose make run stands for the work of an edit."""
    found = [
        Floor("python", "`python -c pass`", lambda: ground.run((sys.executable, "-c", "pass"), ground.folder)),
        _hash_floor(ground),
        Floor("cp", "`cp -r` of the outputs", lambda: _copy(ground, "-r")),
        Floor("make", "`make` of one function", lambda: _make(ground, unit)),
    ]
    if _links():
        found.append(Floor("cp-al", "`cp -al` of the outputs", lambda: _copy(ground, "-al")))
    if first_line_of(["git", "--version"]):
        commit(ground.project, ground.env, ground.folder / "log")
        status = (*GIT, "status", "--short")
        found.append(Floor("git", "`git status`, untracked cache", lambda: ground.run(status, ground.project)))
    return tuple(found)


def _links() -> bool:
    """Whether this machine's cp makes hard links: GNU's does, that of the BSDs does not."""
    return (first_line_of(["cp", "--version"]) or "").startswith("cp (GNU")


def _copy(ground: Ground, how: str) -> Measurement:
    remove(ground.folder / "copy")
    return ground.run(("cp", how, str(ground.artifacts), str(ground.folder / "copy")), ground.folder)


def _make(ground: Ground, unit: Unit) -> Measurement:
    """Beside the artifacts, so that the unit finds its layer; the artifact is gone again afterwards."""
    artifact = ground.artifacts / f"{unit.name}-by-hand"
    remove(artifact)
    artifact.mkdir()
    env = {**ground.env, "ARTIFACTS_DIR": str(artifact)}
    command = Command(("make", "-s", unit.target), str(ground.project / unit.code_dir), env)
    measured = measure(command, ground.folder / "log", TIMEOUT_S)
    remove(artifact)
    return measured


def _hash_floor(ground: Ground) -> Floor:
    if shutil.which("xxh128sum"):
        return Floor(
            "hash", "`xxh128sum` of the sources", lambda: ground.run(("sh", "-c", HASH_SCRIPT), ground.project)
        )
    return Floor("hash", "xxh3-128 of the sources, in process", lambda: hash_sources(ground.project))


def hash_sources(project: Path) -> Measurement:
    """Hashes every source file in this process: no start-up is in it."""
    started, usage = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    for folder, folders, files in os.walk(project):
        folders[:] = [name for name in folders if name != ".git"]
        for name in files:
            _hash_file(os.path.join(folder, name))
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime
    return Measurement(time.perf_counter() - started, cpu_s, 0)


def _hash_file(path: str) -> str:
    state = xxhash.xxh3_128()
    descriptor = os.open(path, os.O_RDONLY)
    try:
        while chunk := os.read(descriptor, READ_BYTES):
            state.update(chunk)
    finally:
        os.close(descriptor)
    return state.hexdigest()
