from __future__ import annotations

import os
import signal
import threading

import pytest

from engine.plan.graph import Graph
from engine.plan.states import Plan
from engine.run.alone import ran_alone
from engine.run.jobserver import Jobserver

ONE = Graph(("A",), {"A": ()}, {"A": ()})
TWO = Graph(("A", "B"), {"A": (), "B": ()}, {"A": (), "B": ()})


def plan_of(graph: Graph) -> Plan:
    return Plan(graph, dict.fromkeys(graph.order, 1.0))


@pytest.mark.parametrize("succeeds", [True, False])
def test_one_target_runs_in_a_thread_of_its_own(succeeds: bool) -> None:
    plan, threads = plan_of(ONE), []

    def work(name: str) -> bool:
        threads.append((name, threading.current_thread() is threading.main_thread()))
        return succeeds

    assert ran_alone(plan, work, Jobserver())
    assert threads == [("A", False)]
    assert not plan.unfinished


def test_more_than_one_is_left_to_the_scheduler() -> None:
    plan = plan_of(TWO)
    assert not ran_alone(plan, lambda name: pytest.fail(name), Jobserver())
    assert plan.unfinished == {"A", "B"}


def test_after_a_stop_nothing_starts() -> None:
    plan = plan_of(ONE)
    plan.stop()
    assert ran_alone(plan, lambda name: pytest.fail(name), Jobserver())
    assert plan.unfinished == {"A"}


def test_a_bug_comes_out() -> None:
    def work(name: str) -> bool:
        raise ZeroDivisionError(name)

    with pytest.raises(ZeroDivisionError):
        ran_alone(plan_of(ONE), work, Jobserver())


def test_signals_are_heard_while_it_runs() -> None:
    heard = threading.Event()
    former = signal.signal(signal.SIGUSR1, lambda *_: heard.set())

    def work(name: str) -> bool:
        os.kill(os.getpid(), signal.SIGUSR1)
        return heard.wait(60)

    try:
        plan = plan_of(ONE)
        assert ran_alone(plan, work, Jobserver())
        assert not plan.unfinished
        assert heard.is_set()
    finally:
        signal.signal(signal.SIGUSR1, former)
