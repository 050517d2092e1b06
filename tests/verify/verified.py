"""Verification of a project of tests, and contents as tests write them down."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from engine.verify import run_verify
from engine.verify.difference import Difference, Finding
from engine.verify.findings import findings
from engine.verify.outcome import Event, Verdict, VerifyOutcome
from tests.build.project import Project

HOUR_S = 3600


def age(directory: Path) -> None:
    """Make a directory look as if it had been written an hour ago, so that nothing waits for the next tick."""
    for path in (directory, *directory.rglob("*")):
        seconds = path.lstat().st_mtime - HOUR_S
        os.utime(path, (seconds, seconds), follow_symlinks=False)


def outcome_of(project: Project, heard: list[Event] | None = None, **options: Any) -> VerifyOutcome:
    """Build, age what was built, and verify."""
    project.build(**{**options, "keep_going": True})
    age(project.build_dir)
    project.events = []
    listen = (heard if heard is not None else []).append
    return run_verify(project.options(**options), project.events.append, listen, os.environ)


def verdict_of(project: Project, name: str = "Fn", **options: Any) -> Verdict:
    """The verdict on one target."""
    return next(row for row in outcome_of(project, **options).verdicts if row.target == name)


def told(verdict: Verdict) -> dict[str, set[str]]:
    """Kinds by path, but for modes that follow the umask."""
    found: dict[str, set[str]] = {}
    for row in verdict.differences:
        if not row.follows_umask:
            found.setdefault(row.path, set()).add(row.kind.value)
    return found


def only(verdict: Verdict) -> Difference:
    """The only difference, but for modes that follow the umask."""
    (row,) = (row for row in verdict.differences if not row.follows_umask)
    return row


def found(first: bytes, second: bytes, *roots: str) -> list[Finding]:
    """What is found in two contents."""
    return findings(memoryview(first), memoryview(second), roots)


def kinds(first: bytes, second: bytes, *roots: str) -> list[str]:
    """The kinds found, members after a colon."""
    rows = found(first, second, *roots)
    return [row.kind.value + (f":{row.member}" if row.member else "") for row in rows]
