from __future__ import annotations

import os

import pytest

from cache import snapshot, walk
from engine.plan.rebuilder import DAMAGED, FORCED, MISSING, NEVER_BUILT, NOT_RECORDED, Rebuilder, Restore, Run, UpToDate
from engine.plan.trace import TargetRecord
from tests.plan.world import World

HOUR_NS = 3600 * 10**9


class Built:
    """A world whose target was built: its artifact lies in `artifact`, its record in the trace."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.artifact = world.root / "out" / "Fn"
        self.store: dict[str, str] = {}
        (self.artifact / "empty").mkdir(parents=True)
        (self.artifact / "app.py").write_text("1")
        (self.artifact / "link").symlink_to("app.py")
        self.record(world.action().key)

    def record(self, key: str) -> None:
        action = self.world.action()
        output = walk.take(str(self.artifact), clock_ns=self.clock_ns(), follow=False)
        self.world.trace.remember("Fn", TargetRecord(key, action.manifest, output, output.digest, 1.0))

    def clock_ns(self) -> int:
        return snapshot.filesystem_clock_ns(str(self.world.root)) + HOUR_NS

    def decide(self, use_cache: bool = True) -> UpToDate | Restore[str] | Run:
        rebuilder = Rebuilder(
            self.world.trace,
            self.clock_ns(),
            lambda name: str(self.artifact.parent / name),
            self.store.get,
            use_cache=use_cache,
            links=True,
        )
        return rebuilder.decide(self.world.action())


@pytest.fixture
def built(world: World) -> Built:
    return Built(world)


def because(decision: UpToDate | Restore[str] | Run) -> tuple[str, ...]:
    assert isinstance(decision, Run)
    return decision.because


def test_nothing_changed(built: Built) -> None:
    decision = built.decide()
    assert isinstance(decision, UpToDate)
    assert decision.record == built.world.trace.record("Fn")


def test_never_built(built: Built) -> None:
    built.world.trace.forget("Fn")
    assert because(built.decide()) == (NEVER_BUILT,)


def test_a_changed_source_runs_and_says_so(built: Built) -> None:
    built.world.write("src/app.py", "2")
    assert because(built.decide()) == ("app.py changed",)


def test_a_known_key_is_restored_with_the_reason(built: Built) -> None:
    built.world.write("src/app.py", "2")
    key = built.world.key()
    built.store[key] = "result"
    decision = built.decide()
    assert isinstance(decision, Restore)
    assert (decision.action.key, decision.because, decision.result) == (key, ("app.py changed",), "result")


def test_without_the_cache_everything_runs(built: Built) -> None:
    built.store[built.world.action().key] = "result"
    assert because(built.decide(use_cache=False)) == (FORCED,)


def test_a_build_that_was_not_recorded_runs_and_says_so(built: Built) -> None:
    built.record("unrecorded")
    assert because(built.decide()) == (NOT_RECORDED,)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: (path / "app.py").write_text("2"),
        lambda path: (path / "app.py").chmod(0o600),
        lambda path: (path / "app.py").unlink(),
        lambda path: (path / "new").touch(),
        lambda path: (path / "empty").rmdir(),
        lambda path: (path / "empty").chmod(0o700),
        lambda path: ((path / "link").unlink(), (path / "link").symlink_to("empty")),
        lambda path: os.mkfifo(path / "fifo"),
        lambda path: (path.rename(path.parent / "away"), path.symlink_to("away"), (path / "x").touch()),
    ],
)
def test_a_damaged_artifact_is_noticed(built: Built, damage: object) -> None:
    assert callable(damage)
    damage(built.artifact)
    assert because(built.decide()) == (DAMAGED,)
    built.store[built.world.action().key] = "result"
    assert isinstance(built.decide(), Restore)


@pytest.mark.parametrize("in_its_place", [False, True])
def test_a_missing_artifact_is_noticed(built: Built, in_its_place: bool) -> None:
    built.artifact.rename(built.artifact.parent / "away")
    if in_its_place:
        built.artifact.write_text("")
    assert because(built.decide()) == (MISSING,)


def test_new_stats_of_the_same_bytes_are_up_to_date_and_remembered(built: Built) -> None:
    for path in [built.artifact, *built.artifact.rglob("*")]:
        os.utime(path, ns=(0, 10**18), follow_symlinks=False)
    before = built.world.trace.record("Fn")
    assert isinstance(built.decide(), UpToDate)
    after = built.world.trace.record("Fn")
    assert before is not None
    assert after is not None
    assert after.output != before.output
    assert snapshot.unchanged(str(built.artifact), after.output)
