"""A fresh project for each test, and a witness of processes that should be gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.build.project import MAKEFILE, Project, function, template
from tests.run.processes import Witness


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """One function `Fn` in `src` that copies `app.py`."""
    made = Project(tmp_path / "project")
    made.write({"template.yaml": template(Fn=function()), "src/Makefile": MAKEFILE, "src/app.py": "print('one')\n"})
    return made


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    watching = Witness(tmp_path / "witness")
    yield watching
    watching.close()
