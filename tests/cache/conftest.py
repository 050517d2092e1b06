"""A store of its own for each test, and a user whom permission bits bind."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from cache.disk import DiskStore
from cache.remove import remove_tree

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
        remove_tree(str(folder))
