"""What the attacks share: a project, processes to attack, and the count of what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torture.nursery import Nursery
from tests.torture.workshop import Workshop

Figure = Callable[[str, int], None]


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
