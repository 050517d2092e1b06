"""A subject in a workspace of its own: its builds, its edits, and whether what it leaves is right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from benchmarks.generate import Shape, Unit, generate, write_version
from benchmarks.oracle import Oracle
from benchmarks.subjects.subject import Subject, Workspace
from benchmarks.timing import BenchmarkFault, Command, Measurement, measure

TIMEOUT_S = 1800.0


class Contestant:
    """Generates its copy of the monorepo below the new folder `folder`."""

    def __init__(self, subject: Subject, folder: Path, shape: Shape, env: Mapping[str, str]) -> None:
        state = folder / "state"
        state.mkdir(parents=True)
        self.subject = subject
        self.workspace = Workspace(folder / "project", state, generate(folder / "project", shape), env)
        self.versions: dict[str, str] = {}
        """Unit's name -> token of its edited file; absent: as generated."""
        subject.prepare(self.workspace)

    def edit(self, unit: Unit, token: str) -> None:
        """Gives one unit's edited file another version."""
        write_version(self.workspace.project, self.workspace.monorepo, unit, token)
        self.versions[unit.name] = token

    def build(self, jobs: int) -> Measurement:
        """Builds everything.

        Raises:
            BenchmarkFault: The build failed.
        """
        return self._measure(self.subject.command(self.workspace, jobs))

    def tell_version(self) -> Measurement:
        """Starts the tool for its version alone.

        Raises:
            BenchmarkFault: It does not start.
        """
        return self._measure(Command(self.subject.version_argv(), str(self.workspace.state), self.workspace.env))

    def _measure(self, command: Command) -> Measurement:
        try:
            return measure(command, self.workspace.state / "log", TIMEOUT_S)
        except BenchmarkFault as fault:
            raise BenchmarkFault(f"{self.subject.name}: {fault}") from None

    def check(self, oracle: Oracle) -> None:
        """Compares every artifact with what make leaves.

        Raises:
            BenchmarkFault: One of them is not there or differs.
        """
        artifacts = self.subject.artifacts(self.workspace)
        try:
            oracle.check(artifacts, self.versions, modes=self.subject.keeps_modes)
        except BenchmarkFault as fault:
            raise BenchmarkFault(f"{self.subject.name}: {fault}") from None

    def finish(self) -> None:
        """Ends what the tool left running."""
        self.subject.finish(self.workspace)
