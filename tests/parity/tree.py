"""What a directory holds, as a value that two sides can be compared by."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Entry(NamedTuple):
    """One file, directory or symbolic link."""

    kind: str
    """`file`, `directory`, `symlink` or `other`."""
    mode: int
    """Permission bits."""
    data: bytes
    """Bytes of a file, text of a link."""

    def describe(self) -> str:
        """The entry in one line of a failure message."""
        return f"{self.kind} {self.mode:o} {self.data[:300]!r}"


Tree = dict[str, Entry]
"""Path relative to the root -> entry."""


def snapshot(root: Path, own_path: bytes) -> Tree:
    """Everything below `root`, nothing followed; `own_path` reads `/@SIDE@` in bytes and link texts."""
    return {path: _entry(root / path, own_path) for path in _paths(root)}


def _paths(root: Path) -> Iterator[str]:
    for directory, directories, files in os.walk(root):
        for name in directories + files:
            yield os.path.relpath(os.path.join(directory, name), root)


def _entry(path: Path, own_path: bytes) -> Entry:
    status = path.lstat()
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        return Entry("symlink", mode, _normal(os.fsencode(os.readlink(path)), own_path))
    if stat.S_ISREG(status.st_mode):
        return Entry("file", mode, _normal(path.read_bytes(), own_path))
    return Entry("directory" if stat.S_ISDIR(status.st_mode) else "other", mode, b"")


def _normal(data: bytes, own_path: bytes) -> bytes:
    return data.replace(own_path, b"/@SIDE@") if own_path else data
