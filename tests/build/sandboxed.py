"""Builds in the sandbox, for a user with a home of their own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.run.events import TargetResult
from tests.build.meeting import Meeting
from tests.build.project import FAILED, Project

Home = dict[str, str]
"""The environment of such a user."""


def recipe(*lines: str) -> str:
    """A makefile with these lines for every target; `$(HERE)` is its own folder."""
    head = "HERE := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))\nbuild-%:\n"
    return head + "".join(f"\t{line}\n" for line in lines)


def failed(project: Project, home: Home, **options: object) -> TargetResult:
    """The one target that failed."""
    outcome = project.outcome(home, **{"sandbox": "on", **options})
    (result,) = (row for row in outcome.results if str(row.state) == FAILED)
    return result


def hint(result: TargetResult) -> str:
    assert result.failure is not None
    return result.failure.hint or ""


def said(result: TargetResult) -> str:
    assert result.log is not None
    return Path(result.log).read_text()


def at(place: Meeting) -> dict[str, str]:
    """What recipes need to go to a meeting, which lies among temporary files."""
    return {"MEET": place.command, "PLACE": os.path.dirname(place.address), "PYTHON": sys.executable}
