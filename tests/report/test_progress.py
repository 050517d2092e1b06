from __future__ import annotations

import pytest

from engine.plan.estimates import outlook
from engine.report.progress import Progress
from engine.run.events import BuildStarted, State, TargetStarted
from tests.plan.test_states import graph
from tests.report.results import result


def progress(targets: int, to_do: int, jobs: int = 2) -> Progress:
    state = Progress()
    state.started(BuildStarted(targets, to_do, jobs))
    return state


def start(state: Progress, target: str, now_s: float = 0.0) -> None:
    state.target_started(TargetStarted(target, (), None), now_s)


def test_targets_that_were_up_to_date_at_once_do_not_count_as_done() -> None:
    state = Progress()
    for number in range(8):
        state.target_finished(result(f"U{number}", State.UP_TO_DATE))
    state.started(BuildStarted(targets=10, to_do=2, jobs=1))
    assert (state.done, state.left) == (0, 2)
    state.target_finished(result("A", State.RESTORED))
    assert (state.done, state.left) == (1, 1)


def test_targets_found_up_to_date_later_do_count() -> None:
    state = progress(targets=2, to_do=2)
    state.target_finished(result("A", State.BUILT))
    state.target_finished(result("B", State.UP_TO_DATE))
    assert (state.done, state.left) == (2, 0)


def test_what_runs_and_what_ended() -> None:
    state = progress(3, 3)
    start(state, "A")
    start(state, "B", now_s=1.0)
    state.target_finished(result("A", State.FAILED))
    assert [running.target for running in state.running] == ["B"]
    assert state.count(State.FAILED) == 1


def test_nothing_known_is_no_estimate() -> None:
    state = progress(3, 3)
    start(state, "A")
    assert state.seconds_left(100.0) is None


def expecting(jobs: int, after: dict[str, tuple[str, ...]], seconds: dict[str, float]) -> Progress:
    state = Progress()
    state.started(BuildStarted(len(after), len(after), jobs, expected=outlook(graph(after), seconds)))
    return state


def alone(*names: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(names, ())


def test_the_estimate_shares_the_work_among_the_jobs() -> None:
    state = expecting(2, alone("A", "B", "C", "D"), {"A": 10, "B": 10, "C": 30, "D": 10})
    assert state.seconds_left(0.0) == pytest.approx((10 + 10 + 30 + 10) / 2)
    start(state, "C")
    start(state, "A")
    assert state.seconds_left(4.0) == pytest.approx((26 + 6 + 10 + 10) / 2)


def test_the_estimate_is_never_below_the_longest_that_runs() -> None:
    state = expecting(2, alone("A", "B"), {"A": 60, "B": 1})
    start(state, "A")
    start(state, "B")
    assert state.seconds_left(1.0) == pytest.approx(59.0)


def test_the_estimate_is_never_below_the_longest_path() -> None:
    after = {"A": (), "B": (), "C": ("A",), "D": ("C",)}
    state = expecting(8, after, {"A": 5, "B": 9, "C": 5, "D": 5})
    assert state.seconds_left(0.0) == pytest.approx(15)
    start(state, "A")
    start(state, "B")
    assert state.seconds_left(2.0) == pytest.approx(13)
    state.target_finished(result("A", State.BUILT, seconds=5))
    assert state.seconds_left(5.0) == pytest.approx(10)
    start(state, "C", now_s=5.0)
    assert state.seconds_left(6.0) == pytest.approx(9)


def test_a_target_that_overruns_is_about_to_end() -> None:
    state = expecting(1, alone("A"), {"A": 5})
    start(state, "A")
    assert state.seconds_left(50.0) == 0.0


def test_a_slower_build_than_expected_goes_on_slower() -> None:
    names = [f"T{number}" for number in range(40)]
    state = expecting(1, alone(*names), dict.fromkeys(names, 1.0))
    for name in names[:20]:
        start(state, name)
        state.target_finished(result(name, State.BUILT, seconds=3))
    assert state.seconds_left(60.0) == pytest.approx(20 * (20 * 3 + 1) / 21)


def test_restored_targets_promise_that_others_will_be_restored_too_but_not_those_that_run() -> None:
    names = [f"T{number}" for number in range(40)]
    state = expecting(1, alone(*names), dict.fromkeys(names, 1.0))
    for name in names[:19]:
        state.target_finished(result(name, State.RESTORED))
    start(state, "T19")
    assert state.seconds_left(0.0) == pytest.approx(1.0 + 20 * 1 / 20)


def test_targets_that_are_not_reached_take_no_time() -> None:
    state = expecting(1, {"A": (), "B": ("A",), "C": ()}, {"A": 5, "B": 50, "C": 2})
    start(state, "A")
    state.target_finished(result("B", State.SKIPPED))
    state.target_finished(result("A", State.FAILED))
    assert state.seconds_left(9.0) == pytest.approx(2.0)


def test_targets_never_built_are_estimated_from_those_that_were() -> None:
    state = progress(3, 3, jobs=1)
    state.target_finished(result("A", State.BUILT, seconds=8.0))
    start(state, "B", now_s=100.0)
    assert state.seconds_left(102.0) == pytest.approx(6 + 8)


def test_the_end_is_no_time_away() -> None:
    state = expecting(2, alone("A"), {"A": 5})
    start(state, "A")
    state.target_finished(result("A", State.BUILT, seconds=5))
    assert (state.left, state.seconds_left(5.0)) == (0, 0.0)
