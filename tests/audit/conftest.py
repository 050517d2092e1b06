"""A project for each test with scratch copies in a folder of its own, and word of what cannot be tested."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.audit.project import Audited
from tests.run.processes import Witness

_IS_LINUX = sys.platform.startswith("linux")

collect_ignore_glob = [] if _IS_LINUX else ["test_*.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _IS_LINUX:
        terminalreporter.write_line("strace is Linux only: tests/audit is not part of this run")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audited:
    """One function `Fn` in `src` that copies `app.py`, in a checkout of its own."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    made = Audited(tmp_path / "project")
    (made.root / ".git").mkdir()
    made.write({"src/app.py": "print('one')\n"})
    made.recipe("cp app.py $(ARTIFACTS_DIR)/")
    return made


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    watching = Witness(tmp_path / "witness")
    yield watching
    watching.close()
