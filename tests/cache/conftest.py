"""A store of its own for each test, and a user whom permission bits bind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cache.disk import DiskStore

_NOBODY = 65534


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(str(tmp_path / "store"))


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
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
        shutil.rmtree(folder)
