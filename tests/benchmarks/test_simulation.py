from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulation import (
    Case,
    Order,
    Queue,
    Span,
    critical_path_s,
    lower_bound_s,
    makespan_s,
    misjudged,
    random_case,
    simulate,
    with_tightest_jobs,
)
from engine.plan.states import Plan
from tests.plan.test_states import graph

DIAMOND = Case(graph({"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c")}), {"a": 1, "b": 2, "c": 5, "d": 1}, 2)


def orders(case: Case) -> tuple[Order, Order]:
    return Plan(case.graph, case.seconds), Queue(case.graph)


def test_a_schedule_by_hand() -> None:
    for order in orders(DIAMOND):
        spans = simulate(order, DIAMOND.seconds, 2)
        assert sorted(spans) == [Span("a", 0, 1), Span("b", 1, 3), Span("c", 1, 6), Span("d", 6, 7)]
        assert makespan_s(spans) == 7


def test_one_job_runs_one_after_the_other() -> None:
    for order in orders(DIAMOND):
        assert makespan_s(simulate(order, DIAMOND.seconds, 1)) == 9


def test_the_lower_bound_is_the_path_or_the_work() -> None:
    assert critical_path_s(DIAMOND) == 7
    assert lower_bound_s(DIAMOND) == 7
    assert lower_bound_s(DIAMOND._replace(jobs=1)) == 9


def test_what_was_ready_first_goes_first_in_a_queue() -> None:
    found = graph({"a": (), "b": (), "c": ("b",), "d": ("a",)})
    seconds = {"a": 2.0, "b": 1.0, "c": 3.0, "d": 1.0}
    assert [span.target for span in simulate(Queue(found), seconds, 1)] == ["a", "b", "d", "c"]


def test_nothing_to_run_takes_no_time() -> None:
    assert makespan_s(simulate(Queue(graph({})), {}, 2)) == 0


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000))
def test_every_simulated_build_is_one_that_could_be(seed: int) -> None:
    case = random_case(seed)
    assert 10 <= len(case.graph.order) <= 2000
    assert 2 <= case.jobs <= 64
    for order in orders(case):
        spans = simulate(order, case.seconds, case.jobs)
        at = {span.target: span for span in spans}
        assert len(spans) == len(at) == len(case.graph.order)
        assert all(at[before].end_s <= at[name].start_s for name in at for before in case.graph.after[name])
        changes = sorted([(span.end_s, -1) for span in spans] + [(span.start_s, 1) for span in spans])
        running = 0
        for _, change in changes:
            running += change
            assert running <= case.jobs
        assert makespan_s(spans) >= lower_bound_s(case) * (1 - 1e-9)


def test_a_seed_is_one_build() -> None:
    assert random_case(7) == random_case(7)
    assert random_case(7) != random_case(12)


def test_the_tightest_jobs_are_what_the_path_allows() -> None:
    case = Case(graph(dict.fromkeys(["a", "b", "c", "d"], ())), dict.fromkeys("abcd", 1.0), 64)
    assert with_tightest_jobs(case).jobs == 4
    assert with_tightest_jobs(DIAMOND).jobs == 2


def test_misjudged_durations_are_of_the_right_size() -> None:
    case = random_case(4)
    found = misjudged(case, 0)
    assert found.keys() == case.seconds.keys()
    assert found != case.seconds
    assert sum(found.values()) == pytest.approx(sum(case.seconds.values()), rel=0.5)
