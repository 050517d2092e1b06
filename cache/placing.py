"""Places the files of a tree below a directory, in one of the ways to make a file of a blob."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Literal

from cache.copier import Copier, Placed
from cache.hardlink import LinkPool
from cache.store import LocalStore, Store
from cache.tree import Entry

LinkMode = Literal["clone", "copy", "hardlink", "symlink"]
"""How files come to be: sharing blocks where possible, written, linked to a pool, or the directory itself a link."""

DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def placer(store: Store, link_mode: LinkMode) -> Copier | LinkPool:
    """What makes single files in this mode."""
    if link_mode == "hardlink" and isinstance(store, LocalStore):
        return LinkPool(store)
    return Copier(store, clones=link_mode != "copy")


def place_files(files: Sequence[Entry], root_fd: int, how: Copier | LinkPool) -> Iterator[Placed]:
    """Make the files below an open directory that has all the directories they are in; in their order.

    Raises:
        CacheError: the store does not hold a file as its digest says.
        OSError: a file cannot be made.
    """
    directory, fd = "", os.open(".", DIRECTORY_FLAGS, dir_fd=root_fd)
    try:
        for path, _, mode, digest, _ in files:
            wanted, _, name = path.rpartition("/")
            if wanted != directory:
                previous, fd = fd, os.open(wanted or ".", DIRECTORY_FLAGS, dir_fd=root_fd)
                os.close(previous)
                directory = wanted
            if digest is not None:
                yield how.place(digest, mode, name, fd)
    finally:
        os.close(fd)
