"""What a verification came to, and its events: values that the command line renders and exits with."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from engine.build.outcome import BuildOutcome
from engine.run.events import Failure
from engine.verify.difference import WORDS, Difference


class State(StrEnum):
    """How the verification of a target ended; the values are those of `--output json`."""

    SAME = "same"
    """Both builds left the same, modes apart that follow the umask."""
    DIFFERS = "differs"
    FAILED = "failed"
    """One of the builds failed, or they cannot be compared."""
    SKIPPED = "skipped"
    """Not reached: the verification was interrupted, or what the target depends on failed."""


class Verdict(NamedTuple):
    """What is known of one target."""

    target: str
    """Full path."""
    state: State
    key: str | None
    """Key of the action that was built twice; None where it was never computed."""
    seconds: float
    """Wall-clock seconds of the second build and the comparison."""
    differences: tuple[Difference, ...] = ()
    """By path; those that follow the umask are also there where the state is `same`."""
    failure: Failure | None = None
    log: str | None = None
    """Absolute path of what make wrote in the second build; None where it did not run."""


class VerifyOutcome(NamedTuple):
    """Everything that is to be told at the end of a verification."""

    build: BuildOutcome
    """What came of bringing the targets up to date."""
    verdicts: tuple[Verdict, ...]
    """One for each target asked for, in template order."""
    seconds: float
    interrupted: bool

    @property
    def agrees(self) -> bool:
        """Whether every target was built twice to the same bytes."""
        return not self.interrupted and all(verdict.state is State.SAME for verdict in self.verdicts)

    def count(self, state: State) -> int:
        """How many targets ended in `state`."""
        return sum(verdict.state is state for verdict in self.verdicts)


class VerifyStarted(NamedTuple):
    """Everything is up to date; the second builds begin."""

    targets: int
    jobs: int
    longest_name: int
    """Characters of the longest full path."""


class Verified(NamedTuple):
    """A target was verified, whatever came of it."""

    verdict: Verdict
    longest_name: int
    """As of `VerifyStarted`, so that lines can be aligned."""


Event = VerifyStarted | Verified
Listener = Callable[[Event], None]


def in_short(differences: tuple[Difference, ...]) -> str | None:
    """How two builds differed, in a few words, modes apart that follow the umask; None where they do not."""
    counted = [row for row in differences if not row.follows_umask]
    if not counted:
        return None
    kinds = [WORDS[row.kind] for row in counted if row.path == counted[0].path]
    more = len({row.path for row in counted}) - 1
    return f"{counted[0].path} ({', '.join(dict.fromkeys(kinds))})" + (f" and {more} more" if more else "")
