"""What the tools share that build into `.aws-sam/build` of the project, from the template as it stands."""

from __future__ import annotations

from pathlib import Path

from benchmarks.subjects.peer import Peer
from benchmarks.subjects.subject import Workspace, remove


class DotSam(Peer):
    """A tool that reads the template: nothing is written for it."""

    def prepare(self, workspace: Workspace) -> None:
        """See Subject: nothing is needed beside the template."""

    def artifacts(self, workspace: Workspace) -> Path:
        """See Subject."""
        return workspace.project / ".aws-sam" / "build"

    def reset(self, workspace: Workspace) -> None:
        """See Subject."""
        remove(workspace.project / ".aws-sam", workspace.state / "cache")
