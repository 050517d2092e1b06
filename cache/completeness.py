"""Which blobs an action result names, and whether all are there: only then is a hit a hit."""

from __future__ import annotations

from cache.digest import Digest
from cache.errors import BlobCorrupt, BlobMissing
from cache.store import LocalStore, Store
from cache.tree import MAX_TREE_BYTES, Tree, decode_tree
from cache.wire import ActionResult


def read_tree(store: Store, tree_digest: Digest) -> Tree:
    """The tree that a store holds as `tree_digest`; at once where this thread's last hit named it.

    Raises:
        BlobMissing: it is not there.
        BlobCorrupt: what lay there is not a sound tree.
    """
    recalled = store.recall(tree_digest) if isinstance(store, LocalStore) else None
    return decode_tree(store.read(tree_digest, MAX_TREE_BYTES)) if recalled is None else recalled


def direct_digests(result: ActionResult) -> set[Digest]:
    """The blobs that a result itself names, its `Tree` messages among them.

    `root_directory_digest` is not one: the `Tree` message holds the same bytes, and stores keep only that.
    """
    digests = {output.digest for output in result.output_files}
    digests.update(output.tree_digest for output in result.output_directories)
    digests.update(digest for digest in (result.stdout_digest, result.stderr_digest) if digest is not None)
    return digests


def is_complete(result: ActionResult, store: Store) -> bool:
    """Whether every blob that a result names, and those that its trees name, are in the store."""
    try:
        complete_trees(result, store)
    except (BlobMissing, BlobCorrupt):
        return False
    return True


def complete_trees(result: ActionResult, store: Store) -> dict[Digest, Tree]:
    """The result's trees by digest.

    Raises:
        BlobMissing: a blob that it or they name is not in the store.
        BlobCorrupt: what lies there as a tree is none.
    """
    _refuse_missing(direct_digests(result), store)
    trees = {
        output.tree_digest: decode_tree(store.read(output.tree_digest, MAX_TREE_BYTES))
        for output in result.output_directories
    }
    _refuse_missing({entry.digest for tree in trees.values() for entry in tree.entries if entry.digest}, store)
    return trees


def _refuse_missing(digests: set[Digest], store: Store) -> None:
    missing = store.missing(digests)
    if missing:
        raise BlobMissing(f"{len(missing)} of its blobs are not in the store as it names them: {min(missing).hash}")
