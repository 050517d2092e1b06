from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Event, Lock

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.plan.graph import Graph
from engine.plan.states import Plan
from engine.run import scheduler
from engine.run.jobserver import Jobserver
from engine.run.memory import Memory
from engine.run.scheduler import run_plan
from tests.plan.test_states import below, graph, graphs


class Runs:
    """What a run of a plan did; the targets in `fails` have no artifact, `together` of them wait for each other."""

    def __init__(self, found: Graph, fails: set[str], together: int = 1) -> None:
        self.graph, self.fails = found, fails
        self.started: list[str] = []
        self.succeeded: set[str] = set()
        self.lost: dict[str, str] = {}
        self.started_at_failure: list[int] = []
        self.running = self.most = 0
        self._lock = Lock()
        self._meeting = Barrier(together)

    def work(self, name: str) -> bool:
        with self._lock:
            assert set(self.graph.after[name]) <= self.succeeded
            self.started.append(name)
            self.running += 1
            self.most = max(self.most, self.running)
        self._meeting.wait(timeout=60)
        with self._lock:
            self.running -= 1
            if name not in self.fails:
                self.succeeded.add(name)
        return name not in self.fails

    def lose(self, failed: str, names: tuple[str, ...]) -> None:
        assert self.lost.keys().isdisjoint(names)
        self.lost.update(dict.fromkeys(names, failed))
        self.started_at_failure.append(len(self.started))

    def run(self, jobs: int, *, keep_going: bool, seconds: dict[str, float] | None = None) -> Plan:
        plan = Plan(self.graph, seconds or {})

        async def go() -> None:
            await run_plan(plan, self.work, jobs=jobs, keep_going=keep_going, slots=Jobserver(), lost=self.lose)

        anyio.run(go)
        return plan


CASES = given(graphs(), st.integers(1, 8), st.sets(st.sampled_from([f"T{n}" for n in range(12)])))


@settings(deadline=None, max_examples=50)
@CASES
def test_keep_going_ends_everything(found: Graph, jobs: int, fails: set[str]) -> None:
    runs = Runs(found, fails)
    plan = runs.run(jobs, keep_going=True)
    reachable = set(found.order).difference(*(below(found, name) for name in fails & set(found.order)))
    assert sorted(runs.started) == sorted(reachable)
    assert set(runs.lost) == set(found.order) - reachable
    assert all(name in below(found, failed) for name, failed in runs.lost.items())
    assert runs.most <= jobs
    assert plan.unfinished == plan.running == frozenset()


@settings(deadline=None, max_examples=50)
@CASES
def test_without_it_nothing_starts_after_a_failure(found: Graph, jobs: int, fails: set[str]) -> None:
    runs = Runs(found, fails)
    plan = runs.run(jobs, keep_going=False)
    assert runs.most <= jobs
    assert plan.running == frozenset()
    if runs.started_at_failure:
        assert plan.stopped
        assert len(runs.started) <= runs.started_at_failure[0] + jobs - 1
    else:
        assert sorted(runs.started) == sorted(found.order)


def test_one_job_stops_at_the_first_failure() -> None:
    runs = Runs(graph({"a": (), "b": (), "c": ()}), {"b"})
    runs.run(1, keep_going=False)
    assert runs.started == ["a", "b"]


@pytest.mark.parametrize("jobs", [1, 2, 4, 8])
def test_as_many_run_at_once_as_there_are_jobs(jobs: int) -> None:
    """Each target waits until `jobs` of them run."""
    runs = Runs(graph({f"T{n}": () for n in range(8)}), set(), together=jobs)
    runs.run(jobs, keep_going=False)
    assert runs.most == jobs
    assert len(runs.succeeded) == 8


def test_the_longest_path_goes_first() -> None:
    found = graph({"quick": (), "slow": (), "after": ("slow",), "usual": ()})
    runs = Runs(found, set())
    runs.run(1, keep_going=False, seconds={"quick": 1, "slow": 2, "after": 9, "usual": 5})
    assert runs.started == ["slow", "after", "usual", "quick"]


def test_running_targets_end_after_a_failure() -> None:
    failure, ended = Event(), []

    def work(name: str) -> bool:
        if name == "good":
            assert failure.wait(timeout=60)
        ended.append(name)
        return name != "bad"

    async def go() -> None:
        plan = Plan(graph({"good": (), "bad": (), "later": ()}), {})
        await run_plan(
            plan, work, jobs=2, keep_going=False, slots=Jobserver(), lost=lambda failed, names: failure.set()
        )

    anyio.run(go)
    assert ended == ["bad", "good"]


def test_nothing_to_do() -> None:
    assert Runs(graph({}), set()).run(4, keep_going=False).unfinished == frozenset()


def test_a_wide_graph() -> None:
    names = [f"T{n}" for n in range(500)]
    runs = Runs(graph({**dict.fromkeys(names, ()), "end": tuple(names)}), set())
    runs.run(8, keep_going=False)
    assert runs.started[-1] == "end"
    assert len(runs.succeeded) == 501


def test_a_stopped_plan_ends_what_runs_and_starts_nothing() -> None:
    plan = Plan(graph({"a": (), "b": ("a",), "c": ()}), {})

    def work(name: str) -> bool:
        plan.stop()
        return True

    async def go() -> None:
        await run_plan(plan, work, jobs=1, keep_going=True, slots=Jobserver(), lost=lambda failed, names: None)

    anyio.run(go)
    assert plan.unfinished == {"b", "c"}


def test_a_bug_in_the_work_is_not_swallowed() -> None:
    def work(name: str) -> bool:
        raise ZeroDivisionError(name)

    async def go() -> None:
        await run_plan(
            Plan(graph({"a": ()}), {}),
            work,
            jobs=1,
            keep_going=True,
            slots=Jobserver(),
            lost=lambda failed, names: None,
        )

    with pytest.raises(ExceptionGroup) as caught:
        anyio.run(go)
    assert caught.group_contains(ZeroDivisionError)


PEAKS = st.dictionaries(st.sampled_from([f"T{n}" for n in range(12)]), st.integers(0, 10))


@settings(deadline=None, max_examples=50)
@given(graphs(), st.integers(1, 8), PEAKS, st.integers(0, 20))
def test_what_runs_together_fits_into_memory(found: Graph, jobs: int, peaks: dict[str, int], limit: int) -> None:
    lock, running, ended = Lock(), set[str](), list[str]()

    def work(name: str) -> bool:
        with lock:
            running.add(name)
            assert len(running) == 1 or sum(peaks.get(one, 0) for one in running) <= limit
        with lock:
            running.remove(name)
            ended.append(name)
        return True

    async def go() -> None:
        memory = Memory(peaks, limit, lambda: None, lambda: 0)
        plan = Plan(found, {})
        await run_plan(plan, work, jobs=jobs, keep_going=False, slots=Jobserver(), lost=never, memory=memory)

    anyio.run(go)
    assert sorted(ended) == sorted(found.order)


def never(failed: str, names: tuple[str, ...]) -> None:
    raise AssertionError(f"{failed} failed")


def test_memory_that_others_free_lets_a_target_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first target ends only after the second began, for which there is too little memory at first."""
    monkeypatch.setattr(scheduler, "_MEMORY_PAUSE_S", 0.01)
    available, second = iter([0, 0]), Event()

    def work(name: str) -> bool:
        if name == "second":
            second.set()
        return second.wait(timeout=60)

    async def go() -> None:
        memory = Memory({"first": 5, "second": 5}, None, lambda: next(available, 100), lambda: 0)
        plan = Plan(graph({"first": (), "second": ()}), {})
        await run_plan(plan, work, jobs=2, keep_going=False, slots=Jobserver(), lost=never, memory=memory)

    anyio.run(go)
    assert next(available, None) is None


def test_the_end_does_not_wait_for_memory_to_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "_MEMORY_PAUSE_S", 1e6)
    runs = Runs(graph({f"T{n}": () for n in range(5)}), set())

    async def go() -> None:
        memory = Memory(dict.fromkeys(runs.graph.order, 5), 9, lambda: None, lambda: 0)
        plan = Plan(runs.graph, {})
        await run_plan(plan, runs.work, jobs=4, keep_going=False, slots=Jobserver(), lost=never, memory=memory)

    anyio.run(go)
    assert runs.most == 1
    assert len(runs.succeeded) == 5


def test_a_failure_while_memory_is_short_ends_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "_MEMORY_PAUSE_S", 1e6)
    runs = Runs(graph({"bad": (), "other": ()}), {"bad"})

    async def go() -> None:
        memory = Memory({"bad": 5, "other": 5}, 9, lambda: None, lambda: 0)
        plan = Plan(runs.graph, {})
        await run_plan(plan, runs.work, jobs=2, keep_going=False, slots=Jobserver(), lost=runs.lose, memory=memory)

    anyio.run(go)
    assert runs.started == ["bad"]


class Taken:
    """A pool of two slots, of which a client below the first target has the second one."""

    def __init__(self, folder: Path) -> None:
        self.slots = Jobserver()
        self.slots.open(2, str(folder))
        self._read, self._write = self.slots.joined({}, parallel=False)[1]
        self._token = os.read(self._read, 1)

    def give_back(self) -> None:
        os.write(self._write, self._token)

    def run(self, plan: Plan, work: Callable[[str], bool], lost: Callable[[str, tuple[str, ...]], None]) -> None:
        async def go() -> None:
            await run_plan(plan, work, jobs=4, keep_going=False, slots=self.slots, lost=lost)

        anyio.run(go)
        self.slots.close()


def test_a_slot_that_a_client_gives_back_lets_a_target_start(tmp_path: Path) -> None:
    """The first target ends only after the second began, for which there is no slot at first."""
    taken, second, started = Taken(tmp_path), Event(), list[str]()

    def work(name: str) -> bool:
        started.append(name)
        if name == "first":
            assert started == ["first"]
            taken.give_back()
            return second.wait(timeout=60)
        second.set()
        return True

    taken.run(Plan(graph({"first": (), "second": (), "third": ()}), {}), work, never)
    assert sorted(started) == ["first", "second", "third"]


@pytest.mark.parametrize("succeeds", [True, False])
def test_a_slot_that_does_not_come_back_stops_nobody(tmp_path: Path, succeeds: bool) -> None:
    taken, started = Taken(tmp_path), list[str]()

    def work(name: str) -> bool:
        started.append(name)
        return succeeds

    taken.run(Plan(graph({"first": (), "second": ()}), {}), work, lambda failed, names: None)
    assert started == (["first", "second"] if succeeds else ["first"])


def test_who_waits_for_a_slot_is_stopped(tmp_path: Path) -> None:
    plan = Plan(graph({"first": (), "second": ()}), {})

    def work(name: str) -> bool:
        plan.stop()
        return True

    Taken(tmp_path).run(plan, work, never)
    assert plan.unfinished == {"second"}
