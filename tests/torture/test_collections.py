"""Collections beside builds: nothing goes that a build needs, the limit is kept, and a repair keeps what is good."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from cache.check import check
from cache.digest import digest_bytes
from cache.disk import DiskStore
from cache.eviction import collect
from cache.lease import FOLDER as LEASES
from cache.lease import oldest_live_lease
from cache.protection import UNCHANGED_NS
from tests.build.project import BUILT
from tests.cache.recorded import DAY_S, age_everything, held, record, result_path, set_age
from tests.torture.conftest import Figure
from tests.torture.nursery import Nursery, Tell
from tests.torture.steps import Steps, is_change, pause
from tests.torture.test_kills import Prepare, cold, edited, fresh_checkout, restoring
from tests.torture.workshop import Workshop

STEPS = {False: 1, True: 40}
STORES = {False: 2, True: 100}
BOUND_SHARE = 0.01
"""What a store may take beyond its limit."""

Blame = Callable[[str, list[str]], None]

at_any_age = pytest.mark.parametrize("age_s", [0.0, DAY_S], ids=["used just now", "used a day ago"])


def chosen(steps: int, chance: random.Random, torture: bool) -> list[int]:
    return sorted(chance.sample(range(1, steps + 1), min(steps, STEPS[torture])))


def emptying(tell: Tell, root: str) -> None:
    collect(DiskStore(root), 0)


def lost_results(workshop: Workshop, finished: dict[str, str]) -> list[str]:
    """What the store no longer has of the targets that a build has just finished."""
    workshop.forget(store=False)
    states, faults = workshop.build()
    return [
        *faults,
        *(f"{name} was {state}, and its result is gone" for name, state in finished.items() if states[name] == BUILT),
    ]


@pytest.mark.parametrize("prepare", [cold, edited, restoring, fresh_checkout])
@at_any_age
def test_a_collection_while_a_build_stands_still(
    prepare: Prepare,
    age_s: float,
    workshop: Workshop,
    nursery: Nursery,
    chance: random.Random,
    torture: bool,
    figure: Figure,
    blamed: Blame,
) -> None:
    """It takes all that it may; what the build has found or left by then it may not."""
    store = DiskStore(str(workshop.project.store))
    prepare(workshop)
    child = nursery.build(workshop.options(), watch=partial(Steps, 0, pause, is_change))
    assert not child.end()
    for step in chosen(child.steps, chance, torture):
        prepare(workshop)
        age_everything(store, age_s)
        child = nursery.build(workshop.options(), watch=partial(Steps, step, pause, is_change))
        is_over = True
        if child.stops():
            is_over = oldest_live_lease(store.root) is None and child.finished != {}
            collect(store, 0)
            child.go_on()
        assert not child.end()
        figure("collections while a build stood still", 1)
        lost = lost_results(workshop, child.finished) if not is_over else []  # then all that it left may go
        blamed(f"step {step}", [*child.told("warned"), *lost])


@pytest.mark.parametrize("prepare", [edited, restoring, fresh_checkout])
@at_any_age
def test_a_build_while_a_collection_stands_still(
    prepare: Prepare,
    age_s: float,
    workshop: Workshop,
    nursery: Nursery,
    chance: random.Random,
    torture: bool,
    figure: Figure,
    blamed: Blame,
) -> None:
    """When the collection goes on, it may not take what the build has used or left meanwhile."""
    store = DiskStore(str(workshop.project.store))

    def ready() -> None:
        workshop.build()
        prepare(workshop)
        age_everything(store, age_s)
        if os.path.isdir(f"{store.root}/{LEASES}"):
            os.utime(f"{store.root}/{LEASES}")  # no mark of an earlier collection

    ready()
    child = nursery.start(emptying, store.root, watch=partial(Steps, 0, pause, is_change))
    assert not child.end()
    for step in chosen(child.steps, chance, torture):
        ready()
        child = nursery.start(emptying, store.root, watch=partial(Steps, step, pause, is_change))
        stood_still = child.stops()
        has_begun = os.stat(f"{store.root}/{LEASES}").st_mtime_ns == UNCHANGED_NS  # before, all may go
        states, faults = workshop.build()
        if stood_still:
            child.go_on()
        assert not child.end()
        figure("builds while a collection stood still", 1)
        blamed(f"step {step}", [*faults, *(lost_results(workshop, states) if has_begun else ())])


def random_size(chance: random.Random) -> int:
    """From a byte to half a megabyte, each magnitude as likely as the others."""
    return int(2 ** chance.uniform(0, 19))


def disk_use_bytes(root: str) -> int:
    """What the files below a folder take on the disk."""
    paths = [os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names]
    return sum(os.lstat(path).st_blocks * 512 for path in paths)


def leave_temporary(store: DiskStore, size_bytes: int) -> None:
    """What a build that was killed a while ago leaves."""
    path = Path(store.root, "tmp", "of-a-killed-build")
    path.write_bytes(bytes(size_bytes))
    set_age(str(path), 1)


def test_the_limit_is_kept_for_blobs_of_random_sizes(
    tmp_path: Path, chance: random.Random, torture: bool, figure: Figure, blamed: Blame
) -> None:
    """By what the disk says; and no more goes than must: the newest result that went would not have had room."""
    for number in range(STORES[torture]):
        store = DiskStore(str(tmp_path / str(number)))
        count = chance.randint(5, 60)
        for result in range(count):
            record(store, result, *(chance.randbytes(random_size(chance)) for _ in range(chance.randint(1, 8))))
            set_age(result_path(store, result), result + 10)
        leave_temporary(store, random_size(chance))
        limit_bytes = chance.randrange(disk_use_bytes(store.root))
        collected = collect(store, limit_bytes)
        kept, took_bytes = held(store), disk_use_bytes(store.root)
        figure("collections to a random limit", 1)
        over = took_bytes - limit_bytes - 4 * 4096  # the store's own files
        faults = [f"{took_bytes} bytes for a limit of {limit_bytes}"] if over > limit_bytes * BOUND_SHARE else []
        faults += [] if kept == set(range(len(kept))) else [f"not the newest: {kept}"]
        faults += [] if collected.kept_bytes <= limit_bytes else [f"says that it keeps {collected.kept_bytes}"]
        blamed(f"store {number}", faults)


def test_a_repair_removes_what_is_damaged_and_keeps_what_is_good(
    tmp_path: Path, chance: random.Random, torture: bool, figure: Figure, blamed: Blame
) -> None:
    for number in range(STORES[torture]):
        store = DiskStore(str(tmp_path / str(number)))
        pool = [chance.randbytes(random_size(chance)) for _ in range(40)]
        contents = {result: chance.sample(pool, chance.randint(1, 4)) for result in range(20)}
        for result, files in contents.items():
            record(store, result, *files, log=f"log {result}".encode())
        broken = {digest_bytes(content) for content in chance.sample(pool, chance.randint(0, 3))}
        for digest in broken:
            if os.path.exists(store.locate(digest)):
                damage_somehow(Path(store.locate(digest)), chance)
        spoilt = set(chance.sample(range(20), chance.randint(0, 3)))
        for result in spoilt:
            damage_somehow(Path(result_path(store, result)), chance)
        leave_temporary(store, 1)
        check(store, repair=True)
        good = {n for n, files in contents.items() if n not in spoilt and broken.isdisjoint(map(digest_bytes, files))}
        figure("stores repaired", 1)
        faults = [] if held(store) == good else [f"{held(store) ^ good} should not be there, or should"]
        faults += [finding.path for finding in check(store).findings]
        faults += [f"left: {path}" for path in Path(store.root, "tmp").iterdir()]
        blamed(f"store {number}", faults)


def damage_somehow(path: Path, chance: random.Random) -> None:
    """Change a bit, the length, or everything."""
    content = path.read_bytes()
    at = chance.randrange(len(content))
    path.chmod(0o644)
    kinds = (
        content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :],
        content[:at],
        content + b"!",
    )
    damaged = chance.choice((None, *kinds))
    if damaged is None:
        path.unlink()
    else:
        path.write_bytes(damaged)
