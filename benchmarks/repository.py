"""Makes a monorepo a git repository, as the tools expect that ask git for the files and their digests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.timing import Command, measure

GIT = ("git", "-c", "user.name=benchmark", "-c", "user.email=benchmark@example.invalid")
TIMEOUT_S = 600.0


def commit(project: Path, env: Mapping[str, str], log: Path) -> None:
    """Commits everything that is not ignored, and leaves a warm index and untracked cache.

    Raises:
        BenchmarkFault: git is not there, or refuses.
    """
    for arguments in (
        ("init", "--quiet"),
        ("config", "core.untrackedCache", "true"),
        ("config", "gc.auto", "0"),
        ("add", "--all"),
        ("commit", "--quiet", "--message", "generated"),
        ("status",),
        ("status",),
    ):
        measure(Command((*GIT, *arguments), str(project), env), log, TIMEOUT_S)
