from __future__ import annotations

from engine.report.summary import summary_line
from engine.run.events import State
from tests.report.results import result


def test_counts_time_and_what_was_saved() -> None:
    results = [
        *(result(f"B{n}", State.BUILT, seconds=1) for n in range(12)),
        *(result(f"R{n}", State.RESTORED, saved=60) for n in range(3)),
        *(result(f"U{n}", State.UP_TO_DATE) for n in range(985)),
    ]
    assert summary_line(results, 4.2) == "12 built, 3 restored, 985 up to date in 4.2 s (saved 3 min 0 s)"


def test_what_went_wrong_comes_first() -> None:
    results = [result("A", State.BUILT), result("B", State.FAILED), result("C", State.SKIPPED)]
    assert summary_line(results, 61) == "1 failed, 1 skipped, 1 built in 1 min 1 s"


def test_nothing_to_do() -> None:
    results = [result(name, State.UP_TO_DATE, saved=5) for name in "abc"]
    assert summary_line(results, 0.1) == "Nothing to do: 3 up to date"


def test_nothing_there() -> None:
    assert summary_line([], 0.1) == "Nothing to do: no functions or layers to build"


def test_an_interrupted_build_says_so() -> None:
    assert summary_line([result("A", State.BUILT)], 2.0, interrupted=True) == "Interrupted: 1 built in 2.0 s"
    assert summary_line([], 2.0, interrupted=True) == "Interrupted in 2.0 s"
