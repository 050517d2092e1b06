"""What can lie where a file belongs."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class OddFile(NamedTuple):
    """One kind of thing that is no file."""

    name: str
    said: str
    """What it is called."""
    make: Callable[[Path, Path], None]
    """Makes it at the first path; the second is a file outside that must not change."""


def _directory(path: Path, _: Path) -> None:
    (path / "deep" / "er").mkdir(parents=True)
    (path / "file").write_bytes(b"x")


def _socket(path: Path, _: Path) -> None:
    # A socket's address has 107 bytes at most: it is made elsewhere.
    short = Path(f"/tmp/{os.getpid()}-{os.urandom(4).hex()}")
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(short))
    os.rename(short, path)


ODD_FILES = (
    OddFile("a directory", "a directory", _directory),
    OddFile("a FIFO", "a FIFO", lambda path, _: os.mkfifo(path)),
    OddFile("a link to a file outside", "a symbolic link", lambda path, outside: path.symlink_to(outside)),
    OddFile("a link to nothing", "a symbolic link", lambda path, outside: path.symlink_to(outside.parent / "new")),
    OddFile("a socket", "a socket", _socket),
    OddFile("a link to itself", "a symbolic link", lambda path, _: path.symlink_to(path)),
    OddFile("a link to a folder outside", "a symbolic link", lambda path, outside: path.symlink_to(outside.parent)),
    OddFile("a link to a device", "a symbolic link", lambda path, _: path.symlink_to("/dev/zero")),
)
IN_THE_SHORT_FORM = 4
"""The first of them: those by which readers wait, writers go astray, and removals fail."""
