"""Verifies a store: every blob against its name, every result against the blobs that it reaches."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Literal, NamedTuple

from cache.completeness import direct_digests, read_tree
from cache.digest import Digest, fingerprint_file
from cache.disk import DiskStore
from cache.errors import BlobCorrupt, CacheError
from cache.folder import open_entry, unavailable
from cache.ingest import ingest
from cache.inventory import File, Inventory, take_inventory
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


def check(store: DiskStore, *, repair: bool = False) -> Checked:
    """Read the whole store; with `repair`, remove what is damaged, so that it is built anew when it is next wanted.

    Raises:
        StoreUnavailable: the store cannot be read or changed.
    """
    store.folder.check_version()
    try:
        inventory = take_inventory(store.root)
        damaged_blobs = list(_damaged_blobs(inventory))
        damaged = {finding.path for finding in damaged_blobs}
        sound = {name for name, file in inventory.blobs.items() if file.path not in damaged}
        findings = (*damaged_blobs, *_damaged_results(store, inventory, sound), *_damaged_trees(inventory))
        if repair:
            for finding in findings:
                _repair(finding)
    except OSError as error:
        raise unavailable(error, error.filename or store.root) from error
    return Checked(len(inventory.blobs), len(inventory.results), len(inventory.trees), findings, repair)


def _damaged_blobs(inventory: Inventory) -> Iterator[Finding]:
    for name, file in inventory.blobs.items():
        try:
            found = _content_hash(file.path)
        except FileNotFoundError:
            continue
        except OSError as error:
            yield Finding("blob", file.path, f"it cannot be read: {error.strerror}")
            continue
        except BlobCorrupt as error:
            yield Finding("blob", file.path, str(error))
            continue
        if found != name:
            yield Finding("blob", file.path, "its content is not what its name says")


def _content_hash(path: str) -> str:
    fd = open_entry(path)
    try:
        return fingerprint_file(fd).digest.hash
    finally:
        os.close(fd)


def _damaged_results(store: DiskStore, inventory: Inventory, sound: set[str]) -> Iterator[Finding]:
    for file in inventory.results:
        try:
            lost = _lost(store, _read_result(file), sound)
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


def _lost(store: DiskStore, result: ActionResult, sound: set[str]) -> set[Digest]:
    wanted = direct_digests(result)
    for output in result.output_directories:
        if output.tree_digest.hash in sound:
            entries = read_tree(store, output.tree_digest).entries
            wanted.update(entry.digest for entry in entries if entry.digest is not None)
    return {digest for digest in wanted if digest.hash not in sound} | store.missing(wanted)


def _damaged_trees(inventory: Inventory) -> Iterator[Finding]:
    for tree in inventory.trees:
        try:
            if ingest(tree.path, None).tree_digest.hash != tree.name:
                yield Finding("tree", tree.path, "something in it was changed")
        except (CacheError, FileNotFoundError) as error:
            yield Finding("tree", tree.path, f"it cannot be read as it was made: {error}")


def _repair(finding: Finding) -> None:
    remove_tree(finding.path)
    if finding.kind == "tree":
        remove_tree(finding.path + SIZE_SUFFIX)
