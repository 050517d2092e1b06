"""What the tools share that build into `.aws-sam/build` of the project, from the template as it stands."""

from __future__ import annotations

from pathlib import Path

from benchmarks.subjects.subject import Workspace, first_line_of, remove


class DotSam:
    """An installed executable; every scenario means something for it."""

    def __init__(self, executable: str) -> None:
        self.executable = executable

    def version(self) -> str | None:
        """See Subject."""
        return first_line_of([self.executable, "--version"])

    def supports(self, scenario: str) -> bool:
        """See Subject."""
        return True

    def prepare(self, workspace: Workspace) -> None:
        """See Subject: nothing is needed beside the template."""

    def artifacts(self, workspace: Workspace) -> Path:
        """See Subject."""
        return workspace.project / ".aws-sam" / "build"

    def delete_outputs(self, workspace: Workspace) -> None:
        """See Subject: what the tool keeps beside the build directory stays."""
        remove(self.artifacts(workspace))

    def reset(self, workspace: Workspace) -> None:
        """See Subject."""
        remove(workspace.project / ".aws-sam", workspace.state / "cache")
