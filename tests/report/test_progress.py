from __future__ import annotations

import pytest

from engine.report.progress import Progress
from engine.run.events import BuildStarted, State, TargetStarted
from tests.report.results import result


def progress(targets: int, to_do: int, jobs: int = 2) -> Progress:
    state = Progress()
    state.started(BuildStarted(targets, to_do, jobs))
    return state


def start(state: Progress, target: str, now_s: float = 0.0, expected: float | None = None) -> None:
    state.target_started(TargetStarted(target, (), expected), now_s)


def test_targets_that_were_up_to_date_at_once_do_not_count_as_done() -> None:
    state = progress(targets=10, to_do=2)
    for number in range(8):
        state.target_finished(result(f"U{number}", State.UP_TO_DATE))
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


def test_the_estimate_shares_the_work_among_the_jobs() -> None:
    state = progress(4, 4, jobs=2)
    start(state, "A", expected=10.0)
    start(state, "B", expected=10.0)
    assert state.seconds_left(0.0) == pytest.approx((10 + 10 + 2 * 10) / 2)
    assert state.seconds_left(4.0) == pytest.approx((6 + 6 + 2 * 10) / 2)


def test_the_estimate_is_never_below_the_longest_that_runs() -> None:
    state = progress(2, 2, jobs=2)
    start(state, "A", expected=60.0)
    start(state, "B", expected=1.0)
    assert state.seconds_left(0.0) == pytest.approx(60.0)


def test_a_target_that_overruns_is_about_to_end() -> None:
    state = progress(1, 1)
    start(state, "A", expected=5.0)
    assert state.seconds_left(50.0) == 0.0


def test_targets_never_built_are_estimated_from_those_that_were() -> None:
    state = progress(3, 3, jobs=1)
    state.target_finished(result("A", State.BUILT, seconds=8.0))
    start(state, "B", now_s=100.0)
    assert state.seconds_left(102.0) == pytest.approx(6 + 8)
