"""The one line that says what a build came to."""

from __future__ import annotations

from collections.abc import Sequence

from engine.report.duration import in_words
from engine.run.events import State, TargetResult

_ORDER = (
    (State.FAILED, "failed"),
    (State.SKIPPED, "skipped"),
    (State.BUILT, "built"),
    (State.RESTORED, "restored"),
    (State.UP_TO_DATE, "up to date"),
)


def summary_line(results: Sequence[TargetResult], seconds: float, *, interrupted: bool = False) -> str:
    """Return `12 built, 3 restored, 985 up to date in 4.2 s (saved 3 min 12 s)`.

    ``seconds`` is the wall-clock time of the whole build; what was saved is the time in make of the results reused.
    """
    counts = ", ".join(f"{count} {words}" for state, words in _ORDER if (count := _count(results, state)))
    if interrupted:
        return f"Interrupted: {counts} in {in_words(seconds)}" if counts else f"Interrupted in {in_words(seconds)}"
    if not results:
        return "Nothing to do: no functions or layers to build"
    if _count(results, State.UP_TO_DATE) == len(results):
        return f"Nothing to do: {counts}"
    return f"{counts} in {in_words(seconds)}{_saved(results)}"


def _count(results: Sequence[TargetResult], state: State) -> int:
    return sum(result.state is state for result in results)


def _saved(results: Sequence[TargetResult]) -> str:
    saved = sum(result.saved_seconds for result in results)
    return f" (saved {in_words(saved)})" if saved >= 0.1 else ""
