"""The targets that Bazel builds: each names the files that make reads, and only those."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from benchmarks.generate import Shape, generate
from benchmarks.subjects.bazel import DEFINITION, targets
from benchmarks.subjects.subject import Workspace

SHAPE = Shape(functions=2, files=3, file_size_bytes=30, layers=1, depends=True, compiled_every=2)


def evaluated(project: Path, shape: Shape) -> dict[str, dict[str, Any]]:
    """The targets by name; a BUILD file is Python but for its functions."""
    workspace = Workspace(project, project, generate(project, shape), {})
    found: dict[str, dict[str, Any]] = {}

    def glob(patterns: list[str]) -> list[str]:
        below = [path for pattern in patterns for path in project.glob(f"{pattern}/*")]
        return [str(path.relative_to(project)) for path in below if path.is_file()]

    names: dict[str, Any] = {"load": lambda *_: None, "glob": glob}
    exec(targets(workspace), names | {"artifact": lambda name, **rest: found.update({name: rest})})
    return found


@pytest.mark.parametrize("shared", [False, True])
def test_targets_name_what_make_reads(tmp_path: Path, shared: bool) -> None:
    found = evaluated(tmp_path / "project", SHAPE._replace(shared=shared))
    assert list(found) == ["Layer00", "Function0000", "Function0001"]
    assert [target["deps"] for target in found.values()] == [[], [":Layer00"], [":Layer00"]]
    makefile = "functions/Makefile" if shared else "functions/Function0000/Makefile"
    sources = [f"functions/Function0000/src/part_00{number}.py" for number in range(3)]
    assert sorted(found["Function0000"]["srcs"]) == sorted([makefile, "functions/Function0000/bootstrap.c", *sources])
    assert not any(path.endswith(".c") for path in found["Function0001"]["srcs"])
    assert found["Function0001"]["code"] == ("functions" if shared else "functions/Function0001")


def test_layers_that_are_only_referenced_are_no_dependencies(tmp_path: Path) -> None:
    found = evaluated(tmp_path / "project", SHAPE._replace(depends=False))
    assert {os.linesep.join(target["deps"]) for target in found.values()} == {""}


def test_definition_is_syntactically_python() -> None:
    compile(DEFINITION, "artifact.bzl", "exec")
