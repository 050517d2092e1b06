"""How far a build is: counts, what runs, and an estimate of the time left. Pure: it is told the time."""

from __future__ import annotations

from typing import NamedTuple

from engine.plan.estimates import Expected
from engine.run.events import BuildStarted, State, TargetResult, TargetStarted

_NOTHING = Expected(0.0, 0.0)
_LIKE_ANY_OTHER = Expected(1.0, 1.0)
_DONE = frozenset((State.BUILT, State.RESTORED, State.UP_TO_DATE))


class Running(NamedTuple):
    """A target whose make runs."""

    target: str
    since_s: float
    """Reading of the caller's clock when it started."""


class Progress:
    """The state behind a live display. All times are readings of one monotonic clock, in seconds."""

    def __init__(self) -> None:
        self.jobs = 1
        self.targets = 0
        self.to_do = 0
        self._finished = dict.fromkeys(State, 0)
        self._running: dict[str, Running] = {}
        self._finished_at_once = 0
        self._ahead = Ahead(BuildStarted(0, 0, 1))

    def started(self, event: BuildStarted) -> None:
        """Work begins."""
        self.jobs, self.targets, self.to_do = event.jobs, event.targets, event.to_do
        self._finished_at_once = sum(self._finished.values())
        self._ahead = Ahead(event)

    def target_started(self, event: TargetStarted, now_s: float) -> None:
        """Make starts for a target."""
        self._running[event.target] = Running(event.target, now_s)
        self._ahead.begin(event.target)

    def target_finished(self, result: TargetResult) -> None:
        """A target ended, whether it was started or not."""
        self._running.pop(result.target, None)
        self._finished[result.state] += 1
        self._ahead.end(result)

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
        return max(0, self.to_do - (sum(self._finished.values()) - self._finished_at_once))

    @property
    def done(self) -> int:
        """How many of those to do have ended; targets that were up to date at once do not count."""
        return max(0, self.to_do - self.left)

    def seconds_left(self, now_s: float) -> float | None:
        """Estimate the wall-clock seconds to the end, None where nothing is known to go by.

        It is what no schedule could undercut, the longest path left or the work left shared by the jobs, at the pace
        that the build has shown so far. Where nothing is known of any target, each is taken to be like those
        that ended.
        """
        ahead, running = self._ahead, self.running
        if ahead.pace.ratio is None:
            return None
        longest_s = ahead.pace.ratio * ahead.longest_waiting_seconds
        work_s = ahead.pace.ratio * ahead.waiting_seconds(self.left - len(running))
        for one in running:
            expected = ahead.expected(one.target)
            rest_s = max(0.0, (ahead.running_pace.ratio or ahead.pace.ratio) * expected.seconds - (now_s - one.since_s))
            work_s += rest_s
            longest_s = max(longest_s, rest_s + ahead.pace.ratio * (expected.path_seconds - expected.seconds))
        return max(longest_s, work_s / max(1, min(self.jobs, self.left)))


class Pace:
    """How long expected seconds last."""

    def __init__(self, seconds: float) -> None:
        """It begins as if so many seconds had lasted as long as expected, lest the first target decide alone."""
        self._expected_s = self._took_s = seconds

    @property
    def ratio(self) -> float | None:
        """Seconds for each expected one; None where nothing has been expected."""
        return self._took_s / self._expected_s if self._expected_s else None

    def add(self, expected_s: float, took_s: float) -> None:
        """A target took so long."""
        self._expected_s += expected_s
        self._took_s += took_s


class Ahead:
    """The expected seconds of what has not started, and how long they last. Safe to read while it changes."""

    def __init__(self, event: BuildStarted) -> None:
        self._expected = event.expected
        self._longest_first = sorted(event.expected, key=lambda name: -event.expected[name].path_seconds)
        self._position = 0
        self._waiting = set(event.expected)
        self._waiting_seconds = sum(row.seconds for row in event.expected.values())
        average_s = self._waiting_seconds / max(1, len(event.expected))
        self.pace = Pace(average_s)
        """Of everything: a target that waits may turn out to need no make."""
        self.running_pace = Pace(average_s)
        """Of targets whose make runs."""
        self.longest_waiting_seconds = 0.0
        """The longest path that begins with a target that has not started."""
        self._find_longest()

    def expected(self, target: str) -> Expected:
        """What is expected of a target."""
        return self._expected.get(target, _NOTHING if self._expected else _LIKE_ANY_OTHER)

    def waiting_seconds(self, count: int) -> float:
        """What is expected of the `count` targets that have not started, all together."""
        return self._waiting_seconds if self._expected else count * _LIKE_ANY_OTHER.seconds

    def begin(self, target: str) -> None:
        """A target waits no longer."""
        if target in self._waiting:
            self._waiting.remove(target)
            self._waiting_seconds = max(0.0, self._waiting_seconds - self._expected[target].seconds)
            self._find_longest()

    def end(self, result: TargetResult) -> None:
        """A target ended, whether it began or not."""
        self.begin(result.target)
        if result.state in _DONE:
            self.pace.add(self.expected(result.target).seconds, result.seconds)
        if result.state is State.BUILT:
            self.running_pace.add(self.expected(result.target).seconds, result.seconds)

    def _find_longest(self) -> None:
        names = self._longest_first
        while self._position < len(names) and names[self._position] not in self._waiting:
            self._position += 1
        found = names[self._position : self._position + 1]
        self.longest_waiting_seconds = self._expected[found[0]].path_seconds if found else 0.0
