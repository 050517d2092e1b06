"""What the attacks share: a project, processes to attack, and the count of what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torture.mounts import cannot_mount
from tests.torture.nursery import Nursery
from tests.torture.workshop import Workshop

Figure = Callable[[str, int], None]
_NO_MOUNTS = cannot_mount()

collect_ignore = ["test_file_systems.py"] if _NO_MOUNTS else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _NO_MOUNTS:
        terminalreporter.write_line(f"tests/torture/test_file_systems.py is not part of this run: {_NO_MOUNTS}")


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path / "project")


@pytest.fixture
def nursery(tmp_path: Path) -> Nursery:
    folder = tmp_path / "nursery"
    folder.mkdir()
    return Nursery(folder)


@pytest.fixture
def blamed(figure: Figure) -> Callable[[str, list[str]], None]:
    """Counts what is wrong, and fails where something is: `blamed("step 7 of a cold build", faults)`."""

    def blame(where: str, faults: list[str]) -> None:
        figure("wrong", len(faults))
        assert faults == [], where

    return blame
