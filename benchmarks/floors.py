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

from benchmarks.subjects.subject import first_line_of, remove
from benchmarks.timing import Command, Measurement, measure

READ_BYTES = 1 << 20
TIMEOUT_S = 600.0
GIT = ("git", "-c", "user.name=benchmark", "-c", "user.email=benchmark@example.invalid")


class Floor(NamedTuple):
    """A measured floor."""

    name: str
    title: str
    run: Callable[[], Measurement]


def floors(folder: Path, project: Path, artifacts: Path, env: Mapping[str, str]) -> tuple[Floor, ...]:
    """The floors over a built monorepo; `folder` is theirs to write. The project becomes a git repository."""
    folder.mkdir()
    log = folder / "log"

    def run(*argv: str, cwd: Path = folder) -> Measurement:
        return measure(Command(argv, str(cwd), env), log, TIMEOUT_S)

    def copy() -> Measurement:
        remove(folder / "copy")
        return run("cp", "-r", str(artifacts), str(folder / "copy"))

    found = [
        Floor("python", "`python -c pass`", lambda: run(sys.executable, "-c", "pass")),
        _hash_floor(project, run),
        Floor("cp", "`cp -r` of the outputs", copy),
    ]
    if first_line_of(["git", "--version"]):
        commit(project, run)
        found.append(Floor("git", "`git status`, untracked cache", lambda: run(*GIT, "status", "--short", cwd=project)))
    return tuple(found)


def commit(project: Path, run: Callable[..., Measurement]) -> None:
    """Makes the project a repository whose index and untracked cache are warm."""
    for arguments in (
        ("init", "--quiet"),
        ("config", "core.untrackedCache", "true"),
        ("add", "--all"),
        ("commit", "--quiet", "--message", "generated"),
        ("status",),
        ("status",),
    ):
        run(*GIT, *arguments, cwd=project)


def _hash_floor(project: Path, run: Callable[..., Measurement]) -> Floor:
    if shutil.which("xxh128sum"):
        script = "find . -name .git -prune -o -type f -print0 | xargs -0 xxh128sum -q"
        return Floor("hash", "`xxh128sum` of the sources", lambda: run("sh", "-c", script, cwd=project))
    return Floor("hash", "xxh3-128 of the sources, in process", lambda: hash_sources(project))


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
