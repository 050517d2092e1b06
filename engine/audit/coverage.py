"""What of the file system an action's key names: its own copy, its makefiles, its trees, what is declared."""

from __future__ import annotations

import os
from typing import NamedTuple

from cache.walk import Select
from engine.plan.action import Action
from engine.plan.scan import Scanner


class _Part(NamedTuple):
    """A part of the file system that counts."""

    root: str
    select: Select
    """Says of each path below `root` whether it counts."""
    grows: bool
    """Whether a file that comes can count too."""

    def has(self, path: str) -> bool:
        """Whether the file `path`, there or not, counts."""
        relative = _within(path, self.root) or ""
        return relative != "" and self._reached(relative) and self.select(relative, False)

    def has_names_of(self, folder: str) -> bool:
        """Whether a file that comes to lie in `folder` counts, at least if it is like those that matter."""
        relative = _within(folder, self.root)
        if relative is None or not self.grows:
            return False
        return not relative or (self._reached(relative) and self.select(relative, True))

    def _reached(self, relative: str) -> bool:
        parts = relative.split("/")
        return all(self.select("/".join(parts[:depth]), True) for depth in range(1, len(parts)))


class Coverage:
    """What is in the key of one action, by path. Paths are absolute and without `..`."""

    def __init__(
        self, action: Action, private: tuple[str, ...], dependencies: tuple[str, ...], scanner: Scanner
    ) -> None:
        """`private` are folders that only its run writes, `dependencies` the artifact directories that it declares."""
        whole = (*private, *dependencies)
        self._whole = tuple({*whole, *map(os.path.realpath, whole)})
        self._files = frozenset(path for path, _ in action.makefiles)
        self._parts = [
            _Part(reading.root, scanner.counts_in_tree(reading.root, reading.ignore), True)
            for reading in action.in_place
            if reading.declared is None
        ]
        properties = action.target.properties
        for pattern in properties.inputs:
            self._parts.append(_Part(*scanner.counts_in_input(properties.inputs_base, pattern)))

    def file(self, path: str) -> bool:
        """Whether the file `path` is in the key, or would be if it were there."""
        return path in self._files or self._in_whole(path) or any(part.has(path) for part in self._parts)

    def names(self, folder: str) -> bool:
        """Whether the names in `folder` are in the key."""
        return self._in_whole(folder) or any(part.has_names_of(folder) for part in self._parts)

    def _in_whole(self, path: str) -> bool:
        return any(is_within(path, folder) for folder in self._whole)


def is_within(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies in it."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _within(path: str, root: str) -> str | None:
    """`path` relative to `root`, empty for `root` itself; None where it lies elsewhere."""
    return path[len(root.rstrip(os.sep)) + 1 :] if is_within(path, root) else None
