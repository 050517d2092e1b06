"""How far a build is: counts, what runs, and an estimate of the time left. Pure: it is told the time."""

from __future__ import annotations

from typing import NamedTuple

from engine.run.events import BuildStarted, State, TargetResult, TargetStarted


class Running(NamedTuple):
    """A target whose make runs."""

    target: str
    since_s: float
    """Reading of the caller's clock when it started."""
    expected_seconds: float | None


class Progress:
    """The state behind a live display. All times are readings of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        self.jobs = 1
        self.targets = 0
        self.to_do = 0
        self._finished = dict.fromkeys(State, 0)
        self._running: dict[str, Running] = {}
        self._built_seconds = 0.0

    def started(self, event: BuildStarted) -> None:
        """Work begins."""
        self.jobs, self.targets, self.to_do = event.jobs, event.targets, event.to_do

    def target_started(self, event: TargetStarted, now_s: float) -> None:
        """Make starts for a target."""
        self._running[event.target] = Running(event.target, now_s, event.expected_seconds)

    def target_finished(self, result: TargetResult) -> None:
        """A target ended, whether it was started or not."""
        self._running.pop(result.target, None)
        self._finished[result.state] += 1
        if result.state is State.BUILT:
            self._built_seconds += result.seconds

    def count(self, state: State) -> int:
        """Return how many targets ended in ``state``."""
        return self._finished[state]

    @property
    def running(self) -> tuple[Running, ...]:
        """What runs, the longest running first. Safe to call from the thread that draws."""
        return tuple(self._running.values())

    @property
    def left(self) -> int:
        """How many targets have not ended."""
        return max(0, self.targets - sum(self._finished.values()))

    @property
    def done(self) -> int:
        """How many of those to do have ended; targets that were up to date at once do not count."""
        return max(0, self.to_do - self.left)

    def seconds_left(self, now_s: float) -> float | None:
        """Estimate the wall-clock seconds to the end, None where nothing is known to go by.

        A target that never ran before is taken to last as long as the average of those that are known.
        """
        running = self.running
        average = self._average(running)
        if average is None:
            return None
        rests = [max(0.0, (r.expected_seconds or average) - (now_s - r.since_s)) for r in running]
        work = sum(rests) + average * max(0, self.left - len(running))
        return max([work / max(1, min(self.jobs, self.left)), *rests])

    def _average(self, running: tuple[Running, ...]) -> float | None:
        known = [r.expected_seconds for r in running if r.expected_seconds is not None]
        count = self.count(State.BUILT) + len(known)
        return (self._built_seconds + sum(known)) / count if count else None
