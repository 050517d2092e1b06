"""The Python example: built by pip from a folder of wheels, and run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.examples.managed_runtime import invoke
from tests.examples.project import Project, copy_example
from tests.examples.wheel import pack


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The built example; pip finds what `requirements.txt` names in a folder of wheels and nowhere else."""
    folder = tmp_path_factory.mktemp("python")
    wheels = folder / "wheels"
    wheels.mkdir()
    pack("idna", wheels)
    project = copy_example("python-make-function", folder)
    project.build(**_only(wheels))
    return project


def _only(wheels: Path) -> dict[str, str]:
    return {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}


def test_the_handler_runs_with_what_pip_installed(project: Project) -> None:
    event = {"names": ["bücher.example", "straße.example", "bad_name.example"]}
    answer = invoke(project.build_dir, "HostnameFunction", event)
    assert answer["valid"] == {"bücher.example": "xn--bcher-kva.example", "straße.example": "xn--strae-oqa.example"}
    assert list(answer["invalid"]) == ["bad_name.example"]


def test_sources_requirements_and_packages_are_in_the_artifact(project: Project) -> None:
    names = {path.name for path in (project.build_dir / "HostnameFunction").iterdir()}
    assert {"app.py", "requirements.txt", "idna"} <= names
    assert "Makefile" not in names


def test_scripts_of_packages_are_dropped(project: Project) -> None:
    artifact = project.build_dir / "HostnameFunction"
    assert any("console_scripts" in path.read_text() for path in artifact.glob("idna-*/entry_points.txt"))
    assert not (artifact / "bin").exists()


def test_two_builds_leave_the_same(project: Project) -> None:
    assert project.differences(**_only(project.folder.parent / "wheels")) == []


def test_a_package_that_cannot_be_had_fails_with_what_pip_says(project: Project, tmp_path: Path) -> None:
    fresh = copy_example("python-make-function", tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    done = fresh.run(**_only(empty))
    assert done.returncode == 1
    assert "No matching distribution found for idna" in done.stderr
    assert "Traceback" not in done.stderr
