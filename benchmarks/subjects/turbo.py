"""Turborepo: each unit a package of the workspace, content hashed with git's help, outputs in a local cache.

Turborepo runs each task through the package manager, and npm takes longer to start than these tasks take to run. So
that Turborepo is measured and not npm, a script stands in for `npm run build`: faster than what users see.
"""

from __future__ import annotations

from typing import Any

from benchmarks.generate import Unit
from benchmarks.subjects.npm import NpmPeer, read_files, write_json
from benchmarks.subjects.peer import make_step
from benchmarks.subjects.subject import Workspace, remove
from benchmarks.timing import Command

ROOT = "$TURBO_ROOT$/"
NPM = "#!/bin/sh\nexec sh ./build.sh\n"


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
            folder = workspace.project / unit.directory
            write_json(folder / "package.json", _package(unit))
            script = make_step(workspace, unit, self.artifacts(workspace))
            (folder / "build.sh").write_text(f"{script}\n", encoding="utf-8")
        _write_npm(workspace)
        super().prepare(workspace)

    def _task(self, unit: Unit) -> dict[str, Any]:
        files = [*read_files(unit.directory, unit.code_dir, "", ROOT), "build.sh"]
        return {"dependsOn": ["^build"], "inputs": files, "outputs": [f"{ROOT}artifacts/{unit.name}/**"]}

    def command(self, workspace: Workspace, jobs: int) -> Command:
        """See Subject."""
        options = (f"--concurrency={jobs}", f"--cache-dir={workspace.state / 'cache'}", "--output-logs=errors-only")
        path = f"{workspace.state / 'bin'}:{workspace.env['PATH']}"
        env = {**workspace.env, "PATH": path, "TURBO_TELEMETRY_DISABLED": "1"}
        return Command((self.executable, "run", "build", *options), str(workspace.project), env)

    def reset(self, workspace: Workspace) -> None:
        """See Subject."""
        self.delete_outputs(workspace)
        remove(workspace.state / "cache", workspace.project / ".turbo")
        remove(*(workspace.project / unit.directory / ".turbo" for unit in workspace.monorepo.units))


def _package(unit: Unit) -> dict[str, Any]:
    package: dict[str, Any] = {"name": unit.name, "version": "1.0.0", "scripts": {"build": "sh ./build.sh"}}
    return package | ({"dependencies": {unit.layer: "*"}} if unit.layer else {})


def _write_npm(workspace: Workspace) -> None:
    npm = workspace.state / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(NPM, encoding="utf-8")
    npm.chmod(0o755)
