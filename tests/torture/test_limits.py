"""Few open files, few processes, a clock that is set back: builds are right, or say one clear error."""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.build.options import BuildOptions
from tests.build.project import BUILT, RESTORED, UP_TO_DATE
from tests.torture.conftest import Figure
from tests.torture.nursery import Nursery, Tell, build
from tests.torture.test_floods import started
from tests.torture.workshop import Workshop

DAY_S = 86400
FEWEST_FILES, ENOUGH_FILES = 8, 96
SHORT_LIMITS = 3

Blame = Callable[[str, list[str]], None]


def build_with_few_files(tell: Tell, options: BuildOptions, files: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    build(tell, options)


def test_a_limit_of_open_files(
    workshop: Workshop, nursery: Nursery, chance: random.Random, torture: bool, figure: Figure, blamed: Blame
) -> None:
    """Where a build does not get through, it says so, and the next one is right without help."""
    every = range(FEWEST_FILES, ENOUGH_FILES)
    for files in every if torture else sorted((64, *chance.sample(every, SHORT_LIMITS - 1))):
        workshop.edit(workshop.version + 1)
        child = nursery.start(build_with_few_files, workshop.options(), files)
        child.end()
        found, good = workshop.artifacts(), workshop.expected()
        well = [name for name, state in child.finished.items() if state in (BUILT, RESTORED, UP_TO_DATE)]
        ill = [*child.told("error"), *child.told("failed")]
        faults = [f"{name} holds {found.get(name)}" for name in well if found.get(name) != good[name]]
        faults += [] if ill or len(well) == len(workshop.names) else [f"only {well}, and nothing is said"]
        faults += [f"no way out is told: {text}" for text in ill if text.endswith("(None)")]
        figure("builds with few open files", 1)
        figure("builds with few open files that got through", int(not ill))
        blamed(f"{files} files", [*faults, *workshop.build()[1]])


CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    if (clock == CLOCK_REALTIME)
        now->tv_sec += atol(getenv("CLOCK_OFFSET_S"));
    return result;
}
"""
"""Has a process see another time than the file system stamps files with."""


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    source, library = tmp_path / "clock.c", tmp_path / "clock.so"
    source.write_text(CLOCK)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    return library


def states_at(workshop: Workshop, library: Path, offset_s: int, *arguments: str) -> set[str]:
    """The states of a build, or nothing of another command, by a clock that is so far from the file system's."""
    command = started(workshop, *arguments, LD_PRELOAD=str(library), CLOCK_OFFSET_S=str(offset_s))
    output, errors = command.communicate()
    assert command.returncode == 0, errors
    assert "arning" not in errors
    return {row["state"] for row in json.loads(output).get("resources", ())}


def stamp_in_the_future(folder: Path) -> None:
    """What was written before the clock was set back bears stamps of the future."""
    for path in [folder, *folder.rglob("*")]:
        stamp = path.lstat().st_mtime_ns + DAY_S * 1_000_000_000
        os.utime(path, ns=(stamp, stamp), follow_symlinks=False)


@pytest.mark.parametrize("offset_s", [-DAY_S, DAY_S])
def test_a_clock_that_jumps(offset_s: int, workshop: Workshop, clock: Path, figure: Figure, blamed: Blame) -> None:
    assert states_at(workshop, clock, 0, "build") == {BUILT}
    for folder in (workshop.project.root, workshop.project.store):
        stamp_in_the_future(folder)
    assert states_at(workshop, clock, offset_s, "build") == {UP_TO_DATE}
    workshop.edit(2)
    assert states_at(workshop, clock, offset_s, "build") == {BUILT}
    states_at(workshop, clock, offset_s, "cache", "gc", "--age", "12h")
    workshop.forget(store=False)
    assert states_at(workshop, clock, 0, "build") == {RESTORED}
    figure("builds after a jump of the clock", 3)
    blamed(f"{offset_s} s", workshop.build()[1])
