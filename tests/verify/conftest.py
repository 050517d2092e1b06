"""A fresh project for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.build.project import MAKEFILE, Project, function, template


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """One function `Fn` in `src` that copies `app.py`."""
    made = Project(tmp_path / "project")
    made.write({"template.yaml": template(Fn=function()), "src/Makefile": MAKEFILE, "src/app.py": "print('one')\n"})
    return made
