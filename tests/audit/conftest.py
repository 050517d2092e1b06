"""A project for each test, with a system Python on PATH and scratch copies in its own folder."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.audit.project import Audited


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audited:
    """One function `Fn` in `src`, in a checkout of its own."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    made = Audited(tmp_path / "project")
    (made.root / ".git").mkdir()
    made.write({"src/app.py": "print('one')\n"})
    made.recipe("cp app.py $(ARTIFACTS_DIR)/")
    return made
