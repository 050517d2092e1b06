"""Whole directories of the store, `trees/<digest of the tree>`, that an artifact directory can be a link to.

A file beside each, `trees/<digest>.size`, holds what it is charged and was last modified when it was last used.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from cache.errors import ChangedWhileRead, NotRepresentable, StoreUnavailable
from cache.folder import Folder, unavailable
from cache.ingest import Ingested, ingest
from cache.remove import remove_tree
from cache.size import charged_bytes
from cache.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from cache.digest import Digest

FOLDER = "trees"
SIZE_SUFFIX = ".size"
TEMPORARY_SUFFIX = ".tmp"
_ATTEMPTS = 3


def shared_tree(tree: Tree, tree_digest: Digest, folder: Folder, make: Callable[[str], object]) -> tuple[str, Ingested]:
    """Absolute path and contents of the directory, made by `make(path)` unless a sound one is there.

    It is read whole and compared at each use: what is reached through links can be written to through them.

    Raises:
        StoreUnavailable: it cannot be made.
        BlobMissing, BlobCorrupt: `make` found the store damaged.
    """
    path = f"{folder.root}/{FOLDER}/{tree_digest.hash}"
    for _ in range(_ATTEMPTS):
        found = _sound(path, tree_digest)
        if found is not None:
            _note_use(path, folder, tree)
            return path, found
        _renew(path, folder, tree, make)
    raise StoreUnavailable(f"{path} does not stay as it is made")


def _sound(path: str, tree_digest: Digest) -> Ingested | None:
    try:
        found = ingest(path, None)
    except (FileNotFoundError, NotRepresentable, ChangedWhileRead):
        return None
    return found if found.tree_digest == tree_digest else None


def _renew(path: str, folder: Folder, tree: Tree, make: Callable[[str], object]) -> None:
    # A sibling, because a directory without write permission can be renamed but not moved to another parent.
    temp = f"{os.path.dirname(path)}/{os.path.basename(folder.temporary_path())}{TEMPORARY_SUFFIX}"
    damaged = f"{temp}-damaged{TEMPORARY_SUFFIX}"
    try:
        folder.prepare()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        make(temp)
        with suppress(FileNotFoundError):
            os.rename(path, damaged)
        os.rename(temp, path)
        folder.added_bytes += charged_tree_bytes(tree)
    except OSError as error:
        # Another process may have been first; its directory is compared next.
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
            raise unavailable(error, path) from error
    finally:
        remove_tree(temp)
        remove_tree(damaged)


def charged_tree_bytes(tree: Tree) -> int:
    """What a directory takes of the limit."""
    sizes = [charged_bytes(entry.digest.size_bytes) if entry.digest else charged_bytes(1) for entry in tree.entries]
    return sum(sizes)


def _note_use(path: str, folder: Folder, tree: Tree) -> None:
    size_path = path + SIZE_SUFFIX
    try:
        status = os.lstat(size_path)
        is_noted = stat.S_ISREG(status.st_mode) and folder.touch(size_path, status.st_mtime)
    except FileNotFoundError:
        is_noted = False
    if not is_noted:
        folder.write(size_path, b"%d\n" % charged_tree_bytes(tree), 0o644)
