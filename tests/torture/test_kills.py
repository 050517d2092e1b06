"""Kill -9, at every step of a build or of a collection: the next build is right without help, and nothing is lost."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cache.check import check
from cache.clear import clear
from cache.disk import DiskStore
from cache.eviction import collect
from tests.build.project import BUILT
from tests.torture.conftest import Figure
from tests.torture.nursery import Child, Nursery, Tell, Work
from tests.torture.steps import Steps, die, is_change
from tests.torture.workshop import Workshop

SHORT_KILLS, SHORT_COLLECTIONS = 1, 1
RANDOM_KILLS = {False: 6, True: 500}
THREE_VERSIONS_BYTES = 560_000
"""A limit that the store outgrows with each fourth version or so, and that holds what the newest one needs."""

Blame = Callable[[str, list[str]], None]
Prepare = Callable[[Workshop], int]
"""Brings the project to where a build has something to do; the version of its last good artifacts, 0 for none."""


def cold(workshop: Workshop) -> int:
    """Nothing was ever built."""
    workshop.forget(store=True)
    return 0


def edited(workshop: Workshop) -> int:
    """Everything has to be built anew."""
    if workshop.artifacts() == {}:
        workshop.make_sure(workshop.version)
    workshop.edit(workshop.version + 1)
    return workshop.version - 1


def restoring(workshop: Workshop) -> int:
    """Everything is in the store, and something else in the build directory."""
    for version in (1, 2):
        workshop.make_sure(version)
    workshop.edit(1)
    return 2


def fresh_checkout(workshop: Workshop) -> int:
    """Everything is in the store, and nothing in the build directory."""
    restoring(workshop)
    workshop.forget(store=False)
    return 0


def remembering(workshop: Workshop) -> int:
    """Everything is up to date, but the trace has to be written again."""
    restoring(workshop)
    workshop.edit(2)
    return 2


def steps_of(child: Child) -> int:
    assert not child.end()
    return child.steps


def chosen(steps: int, chance: random.Random, few: int | None) -> list[int]:
    """A few of the steps, or each of them (None)."""
    every = range(1, steps + 1)
    return list(every) if few is None else sorted(chance.sample(every, few))


@pytest.mark.parametrize(
    ("prepare", "functions", "limit_bytes"),
    [
        (cold, 7, None),
        (edited, 7, None),
        (edited, 7, THREE_VERSIONS_BYTES),
        (restoring, 7, None),
        (restoring, 20, None),
        (fresh_checkout, 7, None),
        (remembering, 7, None),
    ],
    ids=["cold", "edited", "collecting", "restoring", "restoring in bulk", "fresh checkout", "remembering"],
)
def test_a_build_that_is_killed_at_a_step(
    prepare: Prepare,
    functions: int,
    limit_bytes: int | None,
    tmp_path: Path,
    nursery: Nursery,
    chance: random.Random,
    torture: bool,
    figure: Figure,
    blamed: Blame,
) -> None:
    workshop = Workshop(tmp_path / "project", functions=functions)
    limit: dict[str, Any] = {} if limit_bytes is None else {"cache_size_bytes": limit_bytes}
    prepare(workshop)
    steps = steps_of(nursery.build(workshop.options(**limit), watch=partial(Steps, 0, die, is_change)))
    for step in chosen(steps, chance, None if torture else SHORT_KILLS):
        last = prepare(workshop)
        child = nursery.build(workshop.options(**limit), watch=partial(Steps, step, die, is_change))
        killed = child.end()
        figure("processes that outlived a kill", len(workshop.orphans()))
        faults = workshop.store_faults()
        if last and step % 2:
            faults += failing_build(workshop, last)
        figure("kills at a step of a build", int(killed))
        blamed(f"step {step} of {steps}", [*faults, *mending_build(workshop, child.finished, figure)])


def test_a_build_that_is_killed_at_a_random_instant(
    workshop: Workshop, nursery: Nursery, chance: random.Random, torture: bool, figure: Figure, blamed: Blame
) -> None:
    phases = [(prepare, limit) for prepare in (cold, edited, restoring) for limit in (1 << 40, THREE_VERSIONS_BYTES)]
    seconds = {phase: duration_s(workshop, nursery, *phase) for phase in phases}
    for number in range(RANDOM_KILLS[torture]):
        prepare, limit_bytes = phase = phases[number % len(phases)]
        last = prepare(workshop)
        child = nursery.build(workshop.options(cache_size_bytes=limit_bytes))
        child.kill_after(delay_s := chance.uniform(0, seconds[phase]))
        killed = child.end()
        figure("processes that outlived a kill", len(workshop.orphans()))
        faults = workshop.store_faults()
        if last and chance.random() < 0.5:
            faults += failing_build(workshop, last)
        figure("kills at a random instant", int(killed))
        where = f"{prepare.__name__} after {delay_s:.3f} s"
        blamed(where, [*faults, *mending_build(workshop, child.finished, figure)])


def duration_s(workshop: Workshop, nursery: Nursery, prepare: Prepare, limit_bytes: int) -> float:
    """How long such a build takes; only a measure for random delays."""
    prepare(workshop)
    child = nursery.build(workshop.options(cache_size_bytes=limit_bytes))
    started = time.monotonic()
    assert not child.end()
    return time.monotonic() - started


def failing_build(workshop: Workshop, last: int) -> list[str]:
    """What of the last good artifacts is lost after a build in which every target fails."""
    workshop.break_recipes()
    workshop.project.build(keep_going=True)
    found, good = workshop.artifacts(), (workshop.expected(last), workshop.expected())
    workshop.mend_recipes()
    return [
        f"the last good {n} is lost: {found.get(n)}" for n in workshop.names if found.get(n) not in [g[n] for g in good]
    ]


def mending_build(workshop: Workshop, finished: dict[str, str], figure: Figure) -> list[str]:
    """What is wrong with the build after a kill; `finished` are the states of what had ended before it."""
    states, faults = workshop.build()
    lost = [f"{name} was recorded, and is built again" for name in finished if states[name] == BUILT]
    orphans = workshop.orphans()
    figure("results recorded before a kill", len(finished))
    figure("wrong: recorded results lost", len(lost))
    figure("wrong: orphans", len(orphans))
    return [*faults, *lost, *(f"process {number} is an orphan" for number in orphans)]


def collecting(tell: Tell, root: str) -> None:
    collect(DiskStore(root), THREE_VERSIONS_BYTES // 3)


def emptying(tell: Tell, root: str) -> None:
    collect(DiskStore(root), 0)


def repairing(tell: Tell, root: str) -> None:
    check(DiskStore(root), repair=True)


def clearing(tell: Tell, root: str) -> None:
    clear(root)


@pytest.mark.parametrize("work", [collecting, emptying, repairing, clearing])
def test_a_collection_that_is_killed_at_a_step(
    work: Work,
    workshop: Workshop,
    nursery: Nursery,
    chance: random.Random,
    torture: bool,
    figure: Figure,
    blamed: Blame,
) -> None:
    def prepare() -> None:
        for version in (1, 2):
            workshop.make_sure(version)
        if work is repairing:
            damage_some(workshop, chance)

    root = str(workshop.project.store)
    prepare()
    steps = steps_of(nursery.start(work, root, watch=partial(Steps, 0, die, is_change)))
    for step in chosen(steps, chance, None if torture else SHORT_COLLECTIONS):
        prepare()
        killed = nursery.start(work, root, watch=partial(Steps, step, die, is_change)).end()
        faults = [] if work is repairing else workshop.store_faults()
        figure("kills at a step of a collection", int(killed))
        nursery.start(work, root).end()
        workshop.forget(store=False)
        _, wrong = workshop.build()
        blamed(f"step {step} of {steps}", [*faults, *wrong, *workshop.store_faults()])


def damage_some(workshop: Workshop, chance: random.Random) -> None:
    """Flip a bit in a third of the store's blobs."""
    blobs = sorted(path for path in (workshop.project.store / "cas").rglob("*") if path.is_file())
    for path in chance.sample(blobs, len(blobs) // 3):
        content = bytearray(path.read_bytes())
        path.chmod(0o644)
        path.write_bytes(bytes([content[0] ^ 1, *content[1:]]))
