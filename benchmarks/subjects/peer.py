"""What the peers share: an executable, build files written from the monorepo, artifacts in one folder."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from benchmarks.generate import Unit, sources
from benchmarks.subjects.subject import Workspace, first_line_of, remove


class Peer:
    """A tool that builds into `artifacts` of the state folder, in place: make runs beside the sources."""

    max_functions: int | None = None
    keeps_modes: bool = True

    def __init__(self, executable: str) -> None:
        self.executable = executable

    def version(self) -> str | None:
        """See Subject."""
        return first_line_of([*self.version_argv()])

    def version_argv(self) -> tuple[str, ...]:
        """See Subject."""
        return (self.executable, "--version")

    def supports(self, scenario: str) -> bool:
        """See Subject: everything, though what only looks at mtimes builds where they changed."""
        return True

    def artifacts(self, workspace: Workspace) -> Path:
        """See Subject."""
        return workspace.state / "artifacts"

    def delete_outputs(self, workspace: Workspace) -> None:
        """See Subject."""
        remove(self.artifacts(workspace))

    def reset(self, workspace: Workspace) -> None:
        """See Subject."""
        self.delete_outputs(workspace)

    def finish(self, workspace: Workspace) -> None:
        """See Subject: nothing is left running."""


def inputs(workspace: Workspace, unit: Unit) -> Iterator[Path]:
    """Every file that the unit's make run reads, apart from its layer's artifact."""
    yield workspace.project / unit.code_dir / "Makefile"
    for name in sources(unit, workspace.monorepo.shape):
        yield workspace.project / unit.directory / name


def make_step(workspace: Workspace, unit: Unit, artifacts: Path) -> str:
    """The shell command, from any folder, that makes the unit's artifact anew."""
    artifact = shlex.quote(str(artifacts / unit.name))
    code = shlex.quote(str(workspace.project / unit.code_dir))
    return (
        f"rm -rf {artifact} && mkdir -p {artifact} && cd {code} && "
        f"MAKEFLAGS= ARTIFACTS_DIR={artifact} make -s {unit.target}"
    )
