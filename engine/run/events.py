"""Events of a build, in the order they happen; a reporter is a callable that takes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from engine.plan.estimates import Expected

_NOTHING_EXPECTED: Mapping[str, Expected] = MappingProxyType({})


class State(StrEnum):
    """How a target ended; the values are those of `--output json`."""

    BUILT = "built"
    RESTORED = "restored"
    UP_TO_DATE = "up_to_date"
    FAILED = "failed"
    SKIPPED = "skipped"


class Failure(NamedTuple):
    """Why a target failed. `exit_code` is make's own (None: not started or timed out, negative: minus the signal)."""

    message: str
    exit_code: int | None
    rows: tuple[tuple[str, str], ...] = ()
    hint: str | None = None


class TargetResult(NamedTuple):
    """The outcome of one target in this build."""

    target: str
    """Full path."""
    state: State
    key: str | None
    """Hex SHA-256 of the action's manifest; None where it was never computed."""
    seconds: float
    """Wall-clock seconds spent on this target in this build."""
    saved_seconds: float
    """What make took when the reused result was built (0.0 for built, failed and skipped ones)."""
    because: tuple[str, ...]
    """Reasons, the most telling first: `src/app.py changed`, `never built`, `variable CFLAGS changed`."""
    log: str | None
    """Absolute path of the file with what make wrote, stdout and stderr as they came; None for up-to-date ones."""
    failure: Failure | None = None
    differs: str | None = None
    """How two runs of this action differed (`engine verify`); None: it is not known to be irreproducible."""


class BuildStarted(NamedTuple):
    """The plan is known; work begins. Not emitted when everything is up to date."""

    targets: int
    to_do: int
    """Targets that were not found up to date at once."""
    jobs: int
    longest_name: int = 0
    """Characters of the longest full path among them, so that lines can be aligned (0: not known)."""
    expected: Mapping[str, Expected] = _NOTHING_EXPECTED
    """What is expected of each target to do, by full path; empty where nothing is known of any."""


class TargetStarted(NamedTuple):
    """make starts for a target."""

    target: str
    because: tuple[str, ...]
    expected_seconds: float | None


class TargetFinished(NamedTuple):
    """A target ended, whatever its state. Also emitted for targets that are up to date."""

    result: TargetResult


class Warned(NamedTuple):
    """Something the user should know that does not stop the build."""

    message: str
    target: str | None = None


class Waiting(NamedTuple):
    """Another engine holds this build directory; `owner` names it (`pid 4242, since 12:03:55`)."""

    owner: str


Event = BuildStarted | TargetStarted | TargetFinished | Warned | Waiting
Reporter = Callable[[Event], None]
