"""Results of targets as tests write them down."""

from __future__ import annotations

from engine.run.events import Failure, State, TargetResult


def result(
    target: str,
    state: State,
    *because: str,
    seconds: float = 0.0,
    saved: float = 0.0,
    log: str | None = None,
    failure: Failure | None = None,
) -> TargetResult:
    """Return a result whose key is of no interest."""
    return TargetResult(target, state, None, seconds, saved, because, log, failure)
