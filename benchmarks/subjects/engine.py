"""The engine of this project, as its users run it."""

from __future__ import annotations

from benchmarks.subjects.dot_sam import DotSam
from benchmarks.subjects.subject import Workspace
from benchmarks.timing import Command


class Engine(DotSam):
    """`engine build --jobs N` with a store of its own in each workspace."""

    name: str = "engine"
    max_functions: int | None = None

    def command(self, workspace: Workspace, jobs: int) -> Command:
        """See Subject."""
        env = {**workspace.env, "ENGINE_CACHE_DIR": str(workspace.state / "cache")}
        return Command((self.executable, "build", "--jobs", str(jobs)), str(workspace.project), env)
