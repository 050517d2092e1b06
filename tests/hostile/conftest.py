"""A store that can be written to by anyone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.build.project import Project, function, template
from tests.hostile.forge import APP, Forge


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    project = Project(tmp_path / "project")
    project.write({"template.yaml": template(Fn=function()), "src/app.py": APP.decode()})
    return Forge(project)
