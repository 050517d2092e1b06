"""Verifies a store: every blob against its name, every result against the blobs that it reaches."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from cache.completeness import direct_digests, read_tree
from cache.digest import Digest, fingerprint_file
from cache.disk import DiskStore
from cache.errors import BlobCorrupt, CacheError, StoreUnavailable
from cache.eviction import sweep
from cache.folder import is_store, open_entry, unavailable
from cache.ingest import ingest
from cache.inventory import File, Inventory, take_inventory
from cache.protection import Protection, collection_lock
from cache.remove import remove_tree
from cache.seal import MAX_RESULT_BYTES, unseal
from cache.sharedtree import SIZE_SUFFIX
from cache.wire import ActionResult, decode_action_result


class Finding(NamedTuple):
    """Something in a store that is not as it should be."""

    kind: Literal["blob", "result", "tree"]
    path: str
    """Absolute."""
    problem: str


class Checked(NamedTuple):
    """What was looked at, and what was found."""

    blobs: int
    results: int
    trees: int
    findings: tuple[Finding, ...]
    repaired: bool
    """Whether what was found has been removed."""
    temporaries: int = 0
    """Files of killed builds that a repair has removed."""


def check(store: DiskStore, *, repair: bool = False) -> Checked:
    """Read the whole store; with `repair`, remove what is damaged, so that it is built anew when it is next wanted.

    A repair removes the temporary files of killed builds too. It waits for a collection that runs.

    Raises:
        StoreUnavailable: the store cannot be read or changed.
    """
    store.folder.check_version()
    try:
        if not repair:
            return _look(store, take_inventory(store.root))
        if not is_store(store.root):
            return _repair_none(store)
        with collection_lock(store.root, wait=True) as now:
            protection = Protection(store.root, now)
            inventory = take_inventory(store.root)
            found = _look(store, inventory)
            for finding in reversed(found.findings):  # results before the blobs that they name
                _repair(finding)
            return found._replace(repaired=True, temporaries=len(sweep(inventory, protection)))
    except OSError as error:
        raise unavailable(error, error.filename or store.root) from error


def _repair_none(store: DiskStore) -> Checked:
    inventory = take_inventory(store.root)
    if inventory.holds_something:
        raise StoreUnavailable(f"{store.root} bears no mark of a cache of this engine: nothing in it is removed")
    return _look(store, inventory)


def _look(store: DiskStore, inventory: Inventory) -> Checked:
    damaged_blobs = list(_damaged_blobs(inventory))
    damaged = {os.path.basename(finding.path) for finding in damaged_blobs}
    findings = (*damaged_blobs, *_damaged_results(store, inventory.results, damaged), *_damaged_trees(inventory.trees))
    return Checked(len(inventory.blobs), len(inventory.results), len(inventory.trees), findings, False)


def _damaged_blobs(inventory: Inventory) -> Iterator[Finding]:
    for name, file in inventory.blobs.items():
        problem = _problem_of_blob(file.path, name)
        if problem:
            yield Finding("blob", file.path, problem)


def _problem_of_blob(path: str, name: str) -> str:
    """What is wrong with a blob; empty where nothing is, or it is gone."""
    try:
        return "" if _content_hash(path) == name else "its content is not what its name says"
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
    except BlobCorrupt as error:
        return str(error)


def _content_hash(path: str) -> str:
    fd = open_entry(path)
    try:
        return fingerprint_file(fd).digest.hash
    finally:
        os.close(fd)


def _damaged_results(store: DiskStore, results: Iterable[File], damaged: set[str]) -> Iterator[Finding]:
    for file in results:
        try:
            lost = _lost(store, _read_result(file), damaged)
        except FileNotFoundError:
            continue
        except (CacheError, OSError) as error:
            yield Finding("result", file.path, str(error))
            continue
        if lost:
            yield Finding("result", file.path, f"{len(lost)} of the blobs that it reaches are missing or damaged")


def _read_result(file: File) -> ActionResult:
    with os.fdopen(open_entry(file.path), "rb") as opened:
        return decode_action_result(unseal(opened.read(MAX_RESULT_BYTES), file.name))


def _lost(store: DiskStore, result: ActionResult, damaged: set[str]) -> set[Digest]:
    wanted = direct_digests(result)
    lost = store.missing(wanted)
    for output in result.output_directories:
        if output.tree_digest.hash not in damaged and output.tree_digest not in lost:
            entries = read_tree(store, output.tree_digest).entries
            wanted.update(entry.digest for entry in entries if entry.digest is not None)
    return {digest for digest in wanted if digest.hash in damaged} | store.missing(wanted)


def _damaged_trees(trees: Iterable[File]) -> Iterator[Finding]:
    for tree in trees:
        try:
            if ingest(tree.path, None).tree_digest.hash != tree.name:
                yield Finding("tree", tree.path, "something in it was changed")
        except (CacheError, FileNotFoundError) as error:
            yield Finding("tree", tree.path, f"it cannot be read as it was made: {error}")


def _repair(finding: Finding) -> None:
    """Remove what was found, if it is still so: a build may have put a sound one in its place."""
    name = os.path.basename(finding.path)
    if finding.kind == "blob" and not _problem_of_blob(finding.path, name):
        return
    remove_tree(finding.path)
    if finding.kind == "tree":
        remove_tree(finding.path + SIZE_SUFFIX)
