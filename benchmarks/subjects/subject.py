"""What a build tool must offer to be measured, and the workspace that it is measured in."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from benchmarks.generate import Monorepo
from benchmarks.timing import Command


class Workspace(NamedTuple):
    """A copy of the monorepo that one subject has for itself."""

    project: Path
    """Root of the copy; the subject may add its own build files and outputs, and changes no source."""
    state: Path
    """The subject's own folder outside the project: caches, scripts, outputs. It exists."""
    monorepo: Monorepo
    env: Mapping[str, str]
    """The whole environment of a measured process; HOME and TMPDIR lie beside the workspace."""


class Subject(Protocol):
    """A build tool. Its measured run is one process: `command`."""

    name: str
    max_functions: int | None
    """Larger monorepos are measured only on request; None: no limit."""
    keeps_modes: bool
    """Whether artifacts have the file modes that make gave them."""

    def version(self) -> str | None:
        """What the tool says of itself, on one line; None: not installed."""

    def version_argv(self) -> tuple[str, ...]:
        """The command that prints the version and does nothing else."""

    def supports(self, scenario: str) -> bool:
        """Whether the scenario means something for the tool."""

    def prepare(self, workspace: Workspace) -> None:
        """Writes what the tool needs beside the template, once, unmeasured."""

    def command(self, workspace: Workspace, jobs: int) -> Command:
        """The build of everything."""

    def artifacts(self, workspace: Workspace) -> Path:
        """The folder that holds one artifact directory for each unit after a build."""

    def delete_outputs(self, workspace: Workspace) -> None:
        """Removes the artifacts, and leaves caches and state."""

    def reset(self, workspace: Workspace) -> None:
        """Removes everything that a build left: the next one is a first one, though a server of the tool is warm."""

    def finish(self, workspace: Workspace) -> None:
        """Ends what the tool left running, before the workspace is deleted."""


def first_line_of(argv: list[str]) -> str | None:
    """First line that the command prints; None where it is not installed or fails."""
    if shutil.which(argv[0]) is None:
        return None
    done = subprocess.run(argv, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    lines = (done.stdout or done.stderr).strip().splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else None


def remove(*folders: Path) -> None:
    """Deletes folders; one that is not there is fine."""
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)
