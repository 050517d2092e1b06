"""A fresh project for each test, a witness of processes that should be gone, and word of what cannot be tested."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.run.bubblewrap import Bubblewrap
from tests.build.project import MAKEFILE, Project, function, template
from tests.build.sandboxed import Home
from tests.run.bubblewraps import installed
from tests.run.processes import Witness

_HAS_CARGO = shutil.which("cargo") is not None

collect_ignore = [] if _HAS_CARGO else ["test_jobserver_cargo.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _HAS_CARGO:
        terminalreporter.write_line("no cargo on PATH: tests/build/test_jobserver_cargo.py is not part of this run")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """One function `Fn` in `src` that copies `app.py`."""
    made = Project(tmp_path / "project")
    made.write({"template.yaml": template(Fn=function()), "src/Makefile": MAKEFILE, "src/app.py": "print('one')\n"})
    return made


@pytest.fixture(scope="session")
def bubblewrap() -> Bubblewrap:
    return installed()


@pytest.fixture
def home(tmp_path: Path, bubblewrap: Bubblewrap) -> Home:
    """The environment of a user with a home of their own, on a machine with bubblewrap."""
    (tmp_path / "home").mkdir()
    return {"HOME": str(tmp_path / "home")}


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    watching = Witness(tmp_path / "witness")
    yield watching
    watching.close()
