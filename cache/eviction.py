"""Keeps a store within its limit: the results least recently used go first, then the blobs that no other result names.

A collection may run beside builds. Whatever was used since the oldest running build began stays (`cache.lease`), and
each file's time is looked at once more just before it goes. What is lost in the races that are left is found missing
by its reader, who builds again.
"""

from __future__ import annotations

import fcntl
import os
import time
from typing import NamedTuple

from cache.disk import DiskStore
from cache.errors import StoreUnavailable
from cache.folder import TOUCH_INTERVAL_S, is_store, unavailable, unlink
from cache.inventory import File, Reach, take_inventory
from cache.lease import oldest_live_lease
from cache.remove import remove_tree
from cache.sharedtree import FOLDER as TREES
from cache.sharedtree import SIZE_SUFFIX
from cache.size import add_to_estimate, set_estimate

LOCK_FILE = "collection-lock"
_LOCK_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
SLACK_BYTES_SHARE = 0.1
"""Part of the limit that `keep_within` frees beyond need, so that not every build at the limit collects."""
TEMPORARY_MAX_AGE_S = 24 * 3600.0
"""Temporary files older than this are a dead writer's."""


class Collected(NamedTuple):
    """What a collection did; bytes as charged."""

    removed_results: int
    removed_blobs: int
    """Blobs, and what was made of them for links."""
    freed_bytes: int
    kept_bytes: int


def keep_within(store: DiskStore, limit_bytes: int) -> Collected | None:
    """Collect if the store has outgrown `limit_bytes`; None where that was not so, or another process is at it.

    Meant for the end of every build, after its lease ended: mostly it reads one small file.

    Raises:
        StoreUnavailable: the store cannot be read or changed.
    """
    if not is_store(store.root):
        return None
    added_bytes, store.folder.added_bytes = store.folder.added_bytes, 0
    try:
        estimate = add_to_estimate(store.root, added_bytes)
        if estimate is not None and estimate <= limit_bytes:
            return None
        if estimate is None:
            size_bytes = take_inventory(store.root).size_bytes
            set_estimate(store.root, size_bytes)
            if size_bytes <= limit_bytes:
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
        if take_inventory(store.root).size_bytes:
            raise StoreUnavailable(f"{store.root} bears no mark of a cache of this engine: nothing in it is removed")
        return None
    try:
        fd = os.open(f"{store.root}/{LOCK_FILE}", _LOCK_FLAGS, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            collected = _Collection(store, limit_bytes, max_age_s).run()
            set_estimate(store.root, collected.kept_bytes)
        except BlockingIOError:
            return None
        finally:
            os.close(fd)
    except OSError as error:
        raise unavailable(error, error.filename or store.root) from error
    return collected


class _Collection:
    """One collection, run once."""

    def __init__(self, store: DiskStore, limit_bytes: int, max_age_s: float | None) -> None:
        self._root = store.root
        self._limit_bytes = limit_bytes
        self._oldest = time.time() - max_age_s if max_age_s is not None else float("-inf")
        self._protected_from = self._protection()
        self._inventory = take_inventory(store.root)
        self._reach = Reach(self._inventory)
        self._kept: set[str] = set()
        self._kept_bytes = 0
        self._freed_bytes = 0

    def _protection(self) -> float:
        """The time from which on uses are a running build's; uses are noted up to an interval late."""
        begun = oldest_live_lease(self._root)
        return float("inf") if begun is None else begun - TOUCH_INTERVAL_S

    def run(self) -> Collected:
        self._sweep_temporaries()
        for blob in self._inventory.blobs.values():
            if blob.modified >= self._protected_from:
                self._keep_blob(blob)
        doomed = self._choose()
        self._protected_from = min(self._protected_from, self._protection())
        results = sum([self._remove_item(item) for item in doomed])
        garbage = [blob for name, blob in self._inventory.blobs.items() if name not in self._kept]
        blobs = sum([self._remove_file(file) for file in garbage + self._inventory.pool])
        return Collected(results, blobs, self._freed_bytes, self._inventory.size_bytes - self._freed_bytes)

    def _choose(self) -> list[File]:
        """The results and shared directories that have to go; the blobs of all others are marked as kept."""
        doomed = []
        is_full = False
        items = self._inventory.results + self._inventory.trees
        for item in sorted(items, key=lambda item: item.modified, reverse=True):
            reached = self._reached(item)
            is_protected = item.modified >= self._protected_from
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
        """Remove a result or shared directory, unless it has been used since it was listed."""
        is_tree = self._is_tree(item)
        if not self._is_unused(item.path + SIZE_SUFFIX if is_tree else item.path, item):
            self._keep(item, self._reached(item) or frozenset())
            return False
        if is_tree:
            remove_tree(item.path)
        unlink(item.path + SIZE_SUFFIX if is_tree else item.path)
        self._freed_bytes += item.size_bytes
        return not is_tree

    def _remove_file(self, file: File) -> bool:
        if not self._is_unused(file.path, file):
            return False
        unlink(file.path)
        self._freed_bytes += file.size_bytes
        return True

    def _is_unused(self, path: str, listed: File) -> bool:
        try:
            status = os.lstat(path)
        except FileNotFoundError:
            return True
        return listed.modified < self._protected_from and listed.modified in (status.st_mtime, status.st_ctime)

    def _sweep_temporaries(self) -> None:
        oldest = time.time() - TEMPORARY_MAX_AGE_S
        for file in self._inventory.temporaries:
            if file.modified < min(oldest, self._protected_from):
                remove_tree(file.path)
                self._freed_bytes += file.size_bytes
