"""Turborepo: each unit a package of the workspace, content hashed with git's help, outputs in a local cache."""

from __future__ import annotations

from typing import Any

from benchmarks.generate import Unit
from benchmarks.subjects.npm import NpmPeer, read_files, write_json
from benchmarks.subjects.peer import make_step
from benchmarks.subjects.subject import Workspace, remove
from benchmarks.timing import Command

ROOT = "$TURBO_ROOT$/"


class Turbo(NpmPeer):
    """`turbo run build`: https://turborepo.dev/docs/reference/run."""

    name: str = "turbo"
    package = "turbo"
    max_functions: int | None = 1000

    def prepare(self, workspace: Workspace) -> None:
        """See Subject: one task for each package, because no output path can name its package."""
        folders = sorted({f"{unit.directory.rpartition('/')[0]}/*" for unit in workspace.monorepo.units})
        manager = {"packageManager": "npm@10.0.0", "workspaces": folders}
        write_json(workspace.project / "package.json", {"name": "monorepo", "private": True, **manager})
        tasks = {f"{unit.name}#build": self._task(unit) for unit in workspace.monorepo.units}
        write_json(workspace.project / "turbo.json", {"tasks": tasks})
        for unit in workspace.monorepo.units:
            write_json(workspace.project / unit.directory / "package.json", self._package(workspace, unit))
        super().prepare(workspace)

    def _task(self, unit: Unit) -> dict[str, Any]:
        files = read_files(unit.directory, unit.code_dir, "", ROOT)
        return {"dependsOn": ["^build"], "inputs": files, "outputs": [f"{ROOT}artifacts/{unit.name}/**"]}

    def _package(self, workspace: Workspace, unit: Unit) -> dict[str, Any]:
        build = make_step(workspace, unit, self.artifacts(workspace))
        package: dict[str, Any] = {"name": unit.name, "version": "1.0.0", "scripts": {"build": build}}
        return package | ({"dependencies": {unit.layer: "*"}} if unit.layer else {})

    def command(self, workspace: Workspace, jobs: int) -> Command:
        """See Subject."""
        options = (f"--concurrency={jobs}", f"--cache-dir={workspace.state / 'cache'}", "--output-logs=errors-only")
        env = {**workspace.env, "TURBO_TELEMETRY_DISABLED": "1"}
        return Command((self.executable, "run", "build", *options), str(workspace.project), env)

    def reset(self, workspace: Workspace) -> None:
        """See Subject."""
        self.delete_outputs(workspace)
        remove(workspace.state / "cache", workspace.project / ".turbo")
        remove(*(workspace.project / unit.directory / ".turbo" for unit in workspace.monorepo.units))
