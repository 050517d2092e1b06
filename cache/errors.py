"""What can go wrong in the cache; none of it is a failed build, because make can always run instead."""

from __future__ import annotations


class CacheError(Exception):
    """A cache could not do what it was asked; the message names the file, blob or folder."""


class BlobMissing(CacheError):
    """The store does not hold a blob that was asked for."""


class BlobCorrupt(CacheError):
    """Bytes are not what their digest or their format says; nothing made of them is used."""


class StoreUnavailable(CacheError):
    """The store cannot be used at all: read-only, full, of another version, unreachable."""


class NotRepresentable(CacheError):
    """An artifact holds what a tree cannot carry: it can be used where it lies, but not recorded."""


class ChangedWhileRead(CacheError):
    """A file or folder changed while it was read, so its digest would be a lie."""
