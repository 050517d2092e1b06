"""Keeps a store within its limit: the results least recently used go first, then the blobs that no other result names.

A collection may run beside builds. Whatever was used since the oldest running build began stays (`cache.protection`).
Each file is first moved out of reach, then looked at once more: what was used in that moment goes back. Who missed it
meanwhile builds again.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import NamedTuple

from cache.disk import DiskStore
from cache.errors import StoreUnavailable
from cache.folder import TEMPORARY, is_store, unavailable
from cache.inventory import File, Inventory, Reach, take_inventory
from cache.lease import has_dead_lease
from cache.protection import Protection, collection_lock
from cache.remove import remove_tree
from cache.sharedtree import FOLDER as TREES
from cache.sharedtree import SIZE_SUFFIX, TEMPORARY_SUFFIX
from cache.size import add_to_estimate, set_estimate

SLACK_BYTES_SHARE = 0.1
"""Part of the limit that `keep_within` frees beyond need, so that not every build at the limit collects."""


class Collected(NamedTuple):
    """What a collection did; bytes as charged."""

    removed_results: int
    removed_blobs: int
    """Blobs, and what was made of them for links."""
    freed_bytes: int
    kept_bytes: int


def keep_within(store: DiskStore, limit_bytes: int) -> Collected | None:
    """Collect if the store has outgrown `limit_bytes`; None where that was not so, or another process is at it.

    Meant for the end of every build, after its lease ended: mostly it reads one small file. What a build that was
    killed has written is in no estimate, so after one the store is measured.

    Raises:
        StoreUnavailable: the store cannot be read or changed.
    """
    if not is_store(store.root) or not os.access(store.root, os.W_OK):  # a read-only one is kept by who writes to it
        return None
    added_bytes, store.folder.added_bytes = store.folder.added_bytes, 0
    try:
        estimate = add_to_estimate(store.root, added_bytes)
        if estimate is None or has_dead_lease(store.root):
            before_bytes, estimate = estimate, take_inventory(store.root).size_bytes
            set_estimate(store.root, estimate, before_bytes)
        if estimate <= limit_bytes:
            return None
    except OSError as error:
        raise unavailable(error, error.filename or store.root) from error
    return _collect_locked(store, int(limit_bytes * (1 - SLACK_BYTES_SHARE)), None, wait=False)


def collect(store: DiskStore, limit_bytes: int, max_age_s: float | None = None) -> Collected:
    """Bring the store down to `limit_bytes`, and drop results not used for `max_age_s` seconds.

    Blobs that no result names go in any case. Waits for a collection that runs already.

    Raises:
        StoreUnavailable: the store cannot be read or changed.
    """
    collected = _collect_locked(store, limit_bytes, max_age_s, wait=True)
    return collected if collected is not None else Collected(0, 0, 0, 0)


def _collect_locked(store: DiskStore, limit_bytes: int, max_age_s: float | None, *, wait: bool) -> Collected | None:
    store.folder.check_version()
    if not is_store(store.root):
        if take_inventory(store.root).holds_something:
            raise StoreUnavailable(f"{store.root} bears no mark of a cache of this engine: nothing in it is removed")
        return None
    try:
        with collection_lock(store.root, wait=wait) as now:
            oldest = float("-inf") if max_age_s is None else now - max_age_s
            before_bytes = add_to_estimate(store.root, 0)
            collected = _Collection(store, limit_bytes, oldest, now).run()
            set_estimate(store.root, collected.kept_bytes, before_bytes)
    except BlockingIOError:
        return None
    except OSError as error:
        raise unavailable(error, error.filename or store.root) from error
    return collected


def sweep(inventory: Inventory, protection: Protection) -> list[File]:
    """Remove the temporary files of dead writers, and return them; whoever writes now holds a lease.

    Raises:
        OSError: one cannot be removed.
    """
    left = [file for file in inventory.temporaries if file.modified < protection.writing_since]
    for file in left:
        remove_tree(file.path)
    return left


class _Collection:
    """One collection, run once."""

    def __init__(self, store: DiskStore, limit_bytes: int, oldest: float, now: float) -> None:
        """`oldest`: what was last used before it goes in any case."""
        self._folder = store.folder
        self._root = store.root
        self._limit_bytes = limit_bytes
        self._oldest = oldest
        self._protection = Protection(store.root, now)
        self._inventory = take_inventory(store.root)
        self._reach = Reach(self._inventory)
        self._kept: set[str] = set()
        self._kept_bytes = 0
        self._freed_bytes = 0

    def run(self) -> Collected:
        os.makedirs(f"{self._root}/{TEMPORARY}", exist_ok=True)
        self._freed_bytes += sum([file.size_bytes for file in sweep(self._inventory, self._protection)])
        self._kept_bytes += sum([file.size_bytes for file in self._inventory.temporaries]) - self._freed_bytes
        for blob in self._inventory.blobs.values():
            if self._protection.spares(blob.modified):
                self._keep_blob(blob)
        results = sum([self._remove_item(item) for item in self._choose()])
        garbage = [blob for name, blob in self._inventory.blobs.items() if name not in self._kept]
        blobs = sum([self._remove_blob(blob) for blob in garbage])
        blobs += sum([self._remove_unlinked(file) for file in self._inventory.pool])
        return Collected(results, blobs, self._freed_bytes, self._inventory.size_bytes - self._freed_bytes)

    def _choose(self) -> list[File]:
        """The results and shared directories that have to go; the blobs of all others are marked as kept."""
        doomed = []
        is_full = False
        items = self._inventory.results + self._inventory.trees
        for item in sorted(items, key=lambda item: item.modified, reverse=True):
            reached = self._reached(item)
            is_protected = self._protection.spares(item.modified)
            if reached is None or (not is_protected and (is_full or item.modified < self._oldest)):
                doomed.append(item)
            elif is_protected or self._kept_bytes + self._cost(item, reached) <= self._limit_bytes:
                self._keep(item, reached)
            else:
                is_full = True
                doomed.append(item)
        return doomed

    def _reached(self, item: File) -> frozenset[str] | None:
        return frozenset() if self._is_tree(item) else self._reach.of(item)

    def _is_tree(self, item: File) -> bool:
        return item.path.startswith(f"{self._root}/{TREES}/")

    def _cost(self, item: File, reached: frozenset[str]) -> int:
        blobs = self._inventory.blobs
        return item.size_bytes + sum([blobs[name].size_bytes for name in reached - self._kept if name in blobs])

    def _keep(self, item: File, reached: frozenset[str]) -> None:
        self._kept_bytes += self._cost(item, reached)
        self._kept |= reached

    def _keep_blob(self, blob: File) -> None:
        self._kept.add(blob.name)
        self._kept_bytes += blob.size_bytes

    def _remove_item(self, item: File) -> bool:
        """Remove a result or shared directory, unless it has been used since it was listed; whether a result went."""
        if self._is_tree(item):
            if self._remove_shared(item):
                self._freed_bytes += item.size_bytes
            return False
        if not self._remove_unused(item):
            self._keep(item, self._reached(item) or frozenset())
            return False
        self._freed_bytes += item.size_bytes
        return True

    def _remove_blob(self, blob: File) -> bool:
        removed = self._remove_unused(blob)
        self._freed_bytes += blob.size_bytes if removed else 0
        return removed

    def _remove_unused(self, file: File) -> bool:
        """Remove a file, unless it has been used since it was listed; whether it went."""
        if self._protection.spares(file.modified):
            return False
        place = self._out_of_reach(file.path)
        if place is None:
            return True
        if os.lstat(place).st_mtime != file.modified or self._protection.spares(file.modified):
            os.rename(place, file.path)
            return False
        remove_tree(place)
        return True

    def _remove_unlinked(self, file: File) -> bool:
        """Remove a file of the pool for links, unless an artifact has been linked to it since it was listed."""
        place = None if self._protection.spares(file.modified) else self._out_of_reach(file.path)
        if place is None:
            return False
        if os.lstat(place).st_nlink > 1:
            os.rename(place, file.path)
            return False
        remove_tree(place)
        self._freed_bytes += file.size_bytes
        return True

    def _remove_shared(self, tree: File) -> bool:
        """Remove a shared directory and its note, which says when it was used; one who uses it meanwhile writes it."""
        note = tree.path + SIZE_SUFFIX
        if not self._remove_unused(tree._replace(path=note)):
            return False
        # A sibling: a directory without write permission can be renamed, but not moved to another parent.
        place = f"{self._root}/{TREES}/{os.path.basename(self._folder.temporary_path())}{TEMPORARY_SUFFIX}"
        with suppress(FileNotFoundError):
            os.rename(tree.path, place)
            if os.path.lexists(note) and not os.path.lexists(tree.path):
                os.rename(place, tree.path)
                return False
        remove_tree(place)
        return True

    def _out_of_reach(self, path: str) -> str | None:
        """Move a file to where nobody looks for it; its new place, None where it is gone."""
        place = self._folder.temporary_path()
        try:
            os.rename(path, place)
        except FileNotFoundError:
            return None
        return place
