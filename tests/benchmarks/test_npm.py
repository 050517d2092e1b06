"""The workspaces of the peers from npm: each unit described where the tool looks, and everything committed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generate import Shape, generate
from benchmarks.subjects.npm import NpmPeer
from benchmarks.subjects.nx import Nx
from benchmarks.subjects.subject import Workspace
from benchmarks.subjects.turbo import Turbo

SHAPE = Shape(functions=2, files=2, file_size_bytes=30, layers=1, depends=True)


def prepared(peer: NpmPeer, folder: Path, shape: Shape = SHAPE) -> Workspace:
    (folder / "state").mkdir(parents=True)
    monorepo = generate(folder / "project", shape)
    workspace = Workspace(folder / "project", folder / "state", monorepo, {**os.environ, "HOME": str(folder)})
    peer.prepare(workspace)
    return workspace


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def build(workspace: Workspace, command: str) -> bytes:
    subprocess.run(["sh", "-c", command], cwd=workspace.project, env=workspace.env, check=True)
    return (workspace.project / "artifacts" / "Function0001" / "layer_part.py").read_bytes()


@pytest.mark.parametrize("kind", [Turbo, Nx])
def test_everything_is_committed(tmp_path: Path, kind: type[NpmPeer]) -> None:
    workspace = prepared(kind(tmp_path / "node_modules"), tmp_path)
    (workspace.project / "artifacts").mkdir()
    (workspace.project / "artifacts" / "built").touch()
    status = ["git", "status", "--short"]
    assert subprocess.run(status, cwd=workspace.project, capture_output=True, check=True).stdout == b""


def test_turbo_has_a_package_and_a_task_for_each_unit(tmp_path: Path) -> None:
    workspace = prepared(Turbo(tmp_path / "node_modules"), tmp_path)
    assert read(workspace.project / "package.json")["workspaces"] == ["functions/*", "layers/*"]
    tasks = read(workspace.project / "turbo.json")["tasks"]
    assert list(tasks) == ["Layer00#build", "Function0000#build", "Function0001#build"]
    assert tasks["Function0001#build"] == {
        "dependsOn": ["^build"],
        "inputs": ["src/**/*", "bootstrap.c", "Makefile", "build.sh"],
        "outputs": ["$TURBO_ROOT$/artifacts/Function0001/**"],
    }
    packages = [read(workspace.project / unit.directory / "package.json") for unit in workspace.monorepo.units]
    assert [package["name"] for package in packages] == ["Layer00", "Function0000", "Function0001"]
    assert [package.get("dependencies") for package in packages] == [None, {"Layer00": "*"}, {"Layer00": "*"}]
    npm = f'cd "{{}}" && "{workspace.state}/bin/npm" run build && cd ../..'
    assert build(workspace, f"{npm.format('layers/Layer00')} && {npm.format('functions/Function0001')}")


def test_nx_has_a_project_for_each_unit(tmp_path: Path) -> None:
    workspace = prepared(Nx(tmp_path / "node_modules"), tmp_path)
    projects = [read(workspace.project / unit.directory / "project.json") for unit in workspace.monorepo.units]
    assert [project["root"] for project in projects] == [unit.directory for unit in workspace.monorepo.units]
    assert [project.get("implicitDependencies") for project in projects] == [None, ["Layer00"], ["Layer00"]]
    targets = [project["targets"]["build"] for project in projects]
    assert targets[2]["outputs"] == ["{workspaceRoot}/artifacts/Function0001"]
    assert [{"dependentTasksOutputFiles": "**/*"} in target["inputs"] for target in targets] == [False, True, True]
    assert build(workspace, targets[0]["command"] + " && cd - && " + targets[2]["command"])


@pytest.mark.parametrize("kind", [Turbo, Nx])
def test_shared_makefile_is_an_input(tmp_path: Path, kind: type[NpmPeer]) -> None:
    workspace = prepared(kind(tmp_path / "node_modules"), tmp_path, SHAPE._replace(shared=True))
    described = {Turbo: "turbo.json", Nx: "functions/Function0000/project.json"}[kind]
    root = {Turbo: "$TURBO_ROOT$", Nx: "{workspaceRoot}"}[kind]
    assert f'"{root}/functions/Makefile"' in (workspace.project / described).read_text(encoding="utf-8")


def test_version_is_that_of_the_package(tmp_path: Path) -> None:
    assert Turbo(tmp_path).version() is None
    (tmp_path / "turbo").mkdir()
    (tmp_path / "turbo" / "package.json").write_text('{"version": "9.8.7"}')
    (tmp_path / ".bin").mkdir()
    shutil.copy("/bin/sh", tmp_path / ".bin" / "turbo")
    assert Turbo(tmp_path).version() == ("turbo 9.8.7" if shutil.which("node") else None)
