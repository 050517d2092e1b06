"""The examples in the sandbox: make, gcc and pip find what they need, and make what they make without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.examples.project import Project, copy_example
from tests.examples.wheel import pack
from tests.run.bubblewraps import installed


def content(project: Project) -> dict[str, bytes]:
    """The bytes of every file below the build directory."""
    files = (path for path in project.build_dir.rglob("*") if path.is_file())
    return {str(path.relative_to(project.build_dir)): path.read_bytes() for path in files}


@pytest.mark.parametrize("name", ["monorepo", "python-make-function"])
def test_an_example_comes_out_the_same(name: str, tmp_path: Path) -> None:
    installed()
    (tmp_path / "wheels").mkdir()
    pack("idna", tmp_path / "wheels")
    pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path / "wheels")}
    project = copy_example(name, tmp_path)
    project.build(**pip)
    without = content(project)
    project.build("--sandbox=on", "--no-cached", **pip)
    assert content(project) == without
