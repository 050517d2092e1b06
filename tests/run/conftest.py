"""A witness of processes, and a user whom permission bits bind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.run.bubblewrap import Bubblewrap
from tests.run.bubblewraps import installed
from tests.run.processes import Witness

_NOBODY = 65534


@pytest.fixture(scope="session")
def bubblewrap() -> Bubblewrap:
    return installed()


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    watching = Witness(tmp_path / "witness")
    yield watching
    watching.close()


@pytest.fixture
def bound_dir() -> Iterator[Path]:
    """A folder of a user whom permission bits bind, as which the test goes on where it runs as root."""
    folder = Path(tempfile.mkdtemp(prefix="bound-"))
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(folder, _NOBODY, _NOBODY)
        os.setegid(_NOBODY)
        os.seteuid(_NOBODY)
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
            os.setegid(0)
        for path, names, _ in os.walk(folder):
            for name in names:
                if not os.path.islink(os.path.join(path, name)):
                    os.chmod(os.path.join(path, name), 0o700)
        shutil.rmtree(folder)
