"""The scratch of a second build: another path, older files, made in another order."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator

from cache.snapshot import FileRow, Snapshot
from engine.run.scratch import Scratch

_OLDER_NS = 20 * 24 * 3600 * 1_000_000_000
_OLDEST_NS = 315_705_600 * 1_000_000_000
"""1980-01-03: a zip archive cannot say anything older than 1980, in any time zone."""
_HASH_CHARACTERS = 8


class OtherScratch(Scratch):
    """Copies in the folder of the ordinary ones, each under another name of the same length.

    So paths that make bakes in differ without moving what lies after them, and what a killed verification left is
    removed by the next build.
    """

    def path_of(self, full_path: str) -> str:
        """Absolute path of the second scratch of a target."""
        path = super().path_of(full_path)
        return path[:-_HASH_CHARACTERS] + hashlib.sha256(path.encode()).hexdigest()[:_HASH_CHARACTERS]

    def copy(self, full_path: str, source: str, snapshot: Snapshot | None) -> tuple[str, bool]:
        """Fill the scratch as the ordinary one, but for times and order: see `Scratch.copy`."""
        turned = None if snapshot is None else _Turned(*snapshot)
        destination, faithful = super().copy(full_path, source, turned)
        if snapshot is not None:
            for path in (*snapshot.files, *reversed(snapshot.directories)):
                _age(os.path.join(destination, path))
        return destination, faithful


class _Turned(Snapshot):
    """A snapshot whose last file comes first: many file systems list a folder in the order in which it was filled."""

    def rows(self) -> Iterator[FileRow]:
        """Each file, the last path first."""
        return reversed(list(super().rows()))


def _age(path: str) -> None:
    """Move a file's modification time by 20 days: what archives and compilers note of it shows; make sees no change."""
    status = os.stat(path)
    os.utime(path, ns=(status.st_atime_ns, aged_ns(status.st_mtime_ns)))


def aged_ns(mtime_ns: int) -> int:
    """An older time for each; which of two is the older one stays as it is. What is before 1980 stays."""
    return max(mtime_ns - _OLDER_NS, min(mtime_ns, _OLDEST_NS))
