"""Nx: each unit a project, content hashed by its daemon, outputs in a local cache."""

from __future__ import annotations

from typing import Any

from benchmarks.generate import Unit
from benchmarks.subjects.npm import NpmPeer, read_files, write_json
from benchmarks.subjects.peer import make_step
from benchmarks.subjects.subject import Workspace, remove
from benchmarks.timing import Command, measure

TIMEOUT_S = 60.0
SWITCHES = {"NX_DAEMON": "true", "NX_NO_CLOUD": "true", "NX_TUI": "false"}


class Nx(NpmPeer):
    """`nx run-many` with its daemon running, which watches the files: https://nx.dev/docs/reference/nx-commands."""

    name: str = "nx"
    package = "nx"
    max_functions: int | None = 1000

    def prepare(self, workspace: Workspace) -> None:
        """See Subject."""
        write_json(workspace.project / "package.json", {"name": "monorepo", "private": True})
        write_json(workspace.project / "nx.json", {"neverConnectToCloud": True, "analytics": False})
        for unit in workspace.monorepo.units:
            write_json(workspace.project / unit.directory / "project.json", self._project(workspace, unit))
        super().prepare(workspace)

    def _project(self, workspace: Workspace, unit: Unit) -> dict[str, Any]:
        build = {
            "command": make_step(workspace, unit, self.artifacts(workspace)),
            "cache": True,
            "dependsOn": ["^build"],
            "inputs": [
                *read_files(unit.directory, unit.code_dir, "{projectRoot}/", "{workspaceRoot}/"),
                *([{"dependentTasksOutputFiles": "**/*"}] if workspace.monorepo.shape.depends and unit.layer else []),
            ],
            "outputs": [f"{{workspaceRoot}}/artifacts/{unit.name}"],
        }
        project: dict[str, Any] = {"name": unit.name, "root": unit.directory, "targets": {"build": build}}
        return project | ({"implicitDependencies": [unit.layer]} if unit.layer else {})

    def command(self, workspace: Workspace, jobs: int) -> Command:
        """See Subject."""
        return self._run(workspace, "run-many", "--targets=build", f"--parallel={jobs}", "--outputStyle=static")

    def _run(self, workspace: Workspace, *arguments: str) -> Command:
        places = {
            "NX_CACHE_DIRECTORY": str(workspace.state / "cache"),
            "NX_WORKSPACE_DATA_DIRECTORY": str(workspace.state / "data"),
        }
        return Command((self.executable, *arguments), str(workspace.project), {**workspace.env, **SWITCHES, **places})

    def reset(self, workspace: Workspace) -> None:
        """See Subject: the daemon stays, and finds that the cached outputs are gone."""
        self.delete_outputs(workspace)
        remove(workspace.state / "cache")

    def finish(self, workspace: Workspace) -> None:
        """See Subject."""
        measure(self._run(workspace, "daemon", "--stop"), workspace.state / "log", TIMEOUT_S)
