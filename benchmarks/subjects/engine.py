"""The engine of this project, as its users run it."""

from __future__ import annotations

from benchmarks.subjects.dot_sam import DotSam
from benchmarks.subjects.subject import Workspace
from benchmarks.timing import Command


class Engine(DotSam):
    """`engine build --jobs N` with a store of its own in each workspace."""

    name: str = "engine"
    options: tuple[str, ...] = ()

    def command(self, workspace: Workspace, jobs: int) -> Command:
        """See Subject."""
        env = {**workspace.env, "ENGINE_CACHE_DIR": str(workspace.state / "cache")}
        return Command((self.executable, "build", "--jobs", str(jobs), *self.options), str(workspace.project), env)


class HardlinkEngine(Engine):
    """Artifacts are hard links into the store."""

    name: str = "engine hardlink"
    options = ("--link-mode", "hardlink")

    def supports(self, scenario: str) -> bool:
        """See Subject: only what materialises from the store differs."""
        return scenario == "restore"
