"""What an action reads in place, shown in a sandbox exactly: what is declared, and nothing that lies beside it."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator

from engine.plan.action import Reading
from engine.run.mounts import Kind, Mounts

_FEW = 16
"""So many declared files are shown one by one."""

_MOUNTS = 32
"""As many as there may be for one folder: with some hundred more a run starts a tenth of a second later."""

_LARGE_BYTES = 1 << 20
"""Larger files are shown from where they lie: copying them takes longer than a mount."""


def expose(mounts: Mounts, readings: Iterable[Reading], worked_in: tuple[str, ...], beside: str) -> None:
    """Show `readings`. What lies beside them in a folder is hidden; where that is much, copies in `beside` are shown.

    Make works in the folders `worked_in`, paths without links, where they lie: they are shown writable with all that is
    in them, since what is ignored there may be what make keeps. Nothing that could be seen before becomes hidden.
    """
    whole = []
    for reading in readings:
        if reading.declared is not None and len(reading.snapshot.files) <= _FEW:
            for path in reading.snapshot.files:
                show_input(mounts, os.path.join(reading.root, path), worked_in)
        else:
            whole.append(reading)
    hidden = {root for root in {os.path.realpath(reading.root) for reading in whole} if mounts.is_hidden(root)}
    whole = [reading._replace(root=mounts.follow(reading.root)) for reading in whole]
    for root, members in _outermost(whole):
        show_input(mounts, root, worked_in)
        if root in hidden:
            _show_exactly(mounts, _Listing(root, members, worked_in), beside)
    for folder in worked_in:
        mounts.show(folder, Kind.WRITE)


def show_input(mounts: Mounts, path: str, worked_in: tuple[str, ...]) -> str:
    """Show a file or folder that is read in place, writable only where make works; its path without links."""
    real = os.path.realpath(path)
    return mounts.show(path, Kind.WRITE if any(_holds(folder, real) for folder in worked_in) else Kind.READ)


def _show_exactly(mounts: Mounts, listing: _Listing, beside: str) -> None:
    if len(listing.beside) + len(listing.leading_out) <= _MOUNTS:
        listing.show_in_place(mounts)
    else:
        listing.show_copy(mounts, os.path.join(beside, f"{len(os.listdir(beside))}"))


def _outermost(readings: list[Reading]) -> Iterator[tuple[str, list[Reading]]]:
    """The readings by the outermost folder that holds them."""
    roots: list[str] = []
    for root in sorted({reading.root for reading in readings}):
        if not any(root.startswith(outer.rstrip("/") + "/") for outer in roots):
            roots.append(root)
    for root in roots:
        inside = root.rstrip("/") + "/"
        yield root, [reading for reading in readings if reading.root == root or reading.root.startswith(inside)]


class _Listing:
    """What is declared of a folder and what else is in it; absolute paths."""

    def __init__(self, root: str, readings: list[Reading], worked_in: tuple[str, ...]) -> None:
        self._root = root
        self._worked_in = worked_in
        self._files: set[str] = set()
        self._folders: set[str] = {root}
        for reading in readings:
            self._add(reading)
        self.beside: list[str] = []
        """Entries that are not declared, outside of the folders where make works; not what is in them."""
        self.leading_out: list[str] = []
        """Declared symbolic links to what is not declared by its own path."""
        self._look()

    def _add(self, reading: Reading) -> None:
        files = {os.path.join(reading.root, path) for path in reading.snapshot.files}
        self._files |= files
        if reading.declared is None:
            self._folders.update(os.path.join(reading.root, path) for path in reading.snapshot.directories if path)
        for path in (reading.root, *files):
            while (path := os.path.dirname(path)) not in self._folders and len(path) > len(self._root):
                self._folders.add(path)
        self._folders.add(reading.root)

    def _look(self) -> None:
        waiting = [(self._root, self._root)]
        while waiting:
            folders, waiting = waiting, []
            for folder, real in folders:
                with contextlib.suppress(OSError), os.scandir(folder) as entries:
                    waiting += [found for entry in entries if (found := self._entered(entry, real))]

    def _entered(self, entry: os.DirEntry[str], real: str) -> tuple[str, str] | None:
        """Note an entry; (path, path without links) of a folder that is to be looked at."""
        at = os.path.join(real, entry.name)
        if entry.is_symlink():
            if entry.path not in self._files and entry.path not in self._folders:
                return None
            target = os.path.realpath(at)
            if target not in self._files and target not in self._folders:
                self.leading_out.append(at)
            return (entry.path, target) if entry.path in self._folders else None
        if entry.path in self._folders:
            return entry.path, at
        if entry.path not in self._files and not any(_holds(folder, at) for folder in self._worked_in):
            self.beside.append(at)
        return None

    def show_in_place(self, mounts: Mounts) -> None:
        """Hide what lies beside, and show where links lead."""
        for path in self.beside:
            mounts.hide_unless_shown(path)
        for path in self.leading_out:
            mounts.show(path)

    def show_copy(self, mounts: Mounts, destination: str) -> None:
        """Show a copy, made at `destination`; large files are not copied."""
        folders = sorted(self._folders)
        for folder in folders:
            os.makedirs(self._moved(folder, destination))
        for path in self._files:
            with contextlib.suppress(FileNotFoundError):  # being edited: what is made of it is not recorded
                self._copy_file(mounts, path, self._moved(path, destination))
        for folder in reversed(folders):
            shutil.copystat(folder, self._moved(folder, destination))
            os.chmod(self._moved(folder, destination), os.stat(folder).st_mode & 0o777 | stat.S_IRWXU)
        mounts.show(self._root, Kind.COPY, destination)

    def _copy_file(self, mounts: Mounts, path: str, destination: str) -> None:
        real = os.path.realpath(path)
        if os.path.getsize(real) > _LARGE_BYTES:
            os.close(os.open(destination, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC))
            mounts.show(path, Kind.READ, real, follow=False)
        else:
            shutil.copy2(real, destination)

    def _moved(self, path: str, destination: str) -> str:
        return destination + path[len(self._root.rstrip("/")) :]


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
