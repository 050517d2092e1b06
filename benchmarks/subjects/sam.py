"""The reference: `sam build --cached --parallel`."""

from __future__ import annotations

from benchmarks.subjects.dot_sam import DotSam
from benchmarks.subjects.subject import Workspace
from benchmarks.timing import Command


class Sam(DotSam):
    """sam has no job count: the same command stands in every row."""

    name: str = "sam build"
    max_functions: int | None = 100

    def command(self, workspace: Workspace, jobs: int) -> Command:
        """See Subject."""
        env = {**workspace.env, "SAM_CLI_TELEMETRY": "0"}
        return Command((self.executable, "build", "--cached", "--parallel"), str(workspace.project), env)
