"""Empties a store, and nothing else: what lies in its folder under other names stays."""

from __future__ import annotations

import os

from cache import folder, hardlink, lease, protection, sharedtree, size
from cache.errors import StoreUnavailable
from cache.inventory import take_inventory
from cache.remove import remove_tree

_OWN = (
    "ac",  # before the blobs, so that no result is left that misses some
    "cas",
    hardlink.FOLDER,
    sharedtree.FOLDER,
    folder.TEMPORARY,
    lease.FOLDER,
    size.ESTIMATE_FILE,
    protection.LOCK_FILE,
    folder.TAG_FILE,
    folder.VERSION_FILE,  # last: a clearing that was interrupted can go on
)


def clear(root: str) -> int:
    """Remove the store in the folder `root`, and the folder if nothing else is in it; the bytes freed, as charged.

    Raises:
        StoreUnavailable: it is not a store's folder, a running build uses it, or something cannot be removed.
    """
    if not os.path.lexists(root):
        return 0
    if not folder.is_store(root):
        raise StoreUnavailable(f"{root} is not the folder of a cache: nothing in it has been touched")
    try:
        if lease.oldest_live_lease(root) is not None:
            raise StoreUnavailable(f"a running build uses the cache {root}: nothing in it has been touched")
        size_bytes = take_inventory(root).size_bytes
        for name in _OWN:
            remove_tree(f"{root}/{name}")
        if not os.listdir(root):
            os.rmdir(root)
    except OSError as error:
        raise folder.unavailable(error, error.filename or root) from error
    return size_bytes
