"""The project on disk: brought to what the world says, and read back."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tests.machine.world import Entry, File, Folder, Link, Tree


class Disk:
    """A directory that holds exactly the entries of a tree, `.aws-sam` apart."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._held: Tree = {}
        root.mkdir(mode=0o755)

    def hold(self, files: Tree, *, by_rename: bool = False) -> None:
        """Write what differs, in place or as editors do it, into a new file that takes the other's place."""
        needed = {parent for path in files for parent in _parents(path)} | files.keys()
        for path in sorted(self._held.keys() - files.keys(), reverse=True):
            self._remove(path, needed)
        for path, entry in sorted(files.items()):
            if self._held.get(path) != entry:
                self._write(path, entry, by_rename)
        self._held = dict(files)

    def assume(self, files: Tree) -> None:
        """The directory is known to hold `files` now: make wrote some of them."""
        self._held = dict(files)

    def _remove(self, path: str, needed: set[str]) -> None:
        """Remove an entry, and the directories that held nothing else."""
        full = self.root / path
        if isinstance(self._held[path], Folder):
            full.chmod(0o755)
        else:
            full.unlink()
        for folder in (path, *_parents(path)):
            at = self.root / folder
            if folder not in needed and at.is_dir() and not any(at.iterdir()):
                at.rmdir()

    def _write(self, path: str, entry: Entry, by_rename: bool) -> None:
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(entry, Folder):
            full.mkdir(exist_ok=True)
            full.chmod(entry.mode)
        elif isinstance(entry, Link):
            full.unlink(missing_ok=True)
            full.symlink_to(entry.text)
        else:
            self._write_file(full, entry, by_rename)

    def _write_file(self, full: Path, entry: File, by_rename: bool) -> None:
        if full.is_symlink():
            full.unlink()
        place = full.with_name(full.name + "~") if by_rename else full
        if not (place.exists() and place.read_bytes() == entry.data):
            place.write_bytes(entry.data)
        place.chmod(entry.mode)
        if place != full:
            place.rename(full)


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def read_tree(root: Path, *, leave_out: frozenset[str] = frozenset()) -> Tree | None:
    """What a directory holds; None where there is none. Names in `leave_out` are not looked at, at any depth."""
    if not root.is_dir():
        return None
    found: Tree = {}
    for path in _walk(root, leave_out):
        found[str(path.relative_to(root))] = read_entry(path)
    return found


def _walk(folder: Path, leave_out: frozenset[str]) -> Iterator[Path]:
    for name in os.listdir(folder):
        if name not in leave_out:
            path = folder / name
            yield path
            if path.is_dir() and not path.is_symlink():
                yield from _walk(path, leave_out)


def read_entry(path: Path) -> Entry:
    """What lies at a path."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return Link(os.readlink(path))
    mode = stat.S_IMODE(status.st_mode)
    return Folder(mode) if stat.S_ISDIR(status.st_mode) else File(path.read_bytes(), mode)


def difference(found: Tree | None, expected: Tree | None) -> str:
    """What is not as expected, in words; empty where all is."""
    if found is None or expected is None:
        return "" if found is expected else f"{'nothing' if found is None else 'something'} is there"
    paths = sorted(path for path in found.keys() | expected.keys() if found.get(path) != expected.get(path))
    return "; ".join(f"{path}: {found.get(path)} is not {expected.get(path)}" for path in paths)
