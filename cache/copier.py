"""Makes one file of a blob, compared with its digest on the way, with exactly the mode that is asked for."""

from __future__ import annotations

import os
from typing import BinaryIO, NamedTuple

from xxhash import xxh3_128_hexdigest

from cache.clone import clone, write_all
from cache.digest import CHUNK_BYTES, Digest, Fingerprint, Hasher, fingerprint_file
from cache.errors import StoreUnavailable
from cache.statkey import StatKey, stat_key
from cache.store import LocalStore, Store, damaged
from cache.tree import MODE_BITS

CLONE_FROM_BYTES = 64 * 1024
"""Smaller files are written: that takes no longer than asking the file system to share their blocks."""

_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Placed(NamedTuple):
    """A file that was made."""

    key: StatKey
    fingerprint: Fingerprint


class Copier:
    """Copies blobs of a store; `clones` shares their blocks where store and file system can.

    Raises, as CacheError, what the store did wrong, and OSError where the file cannot be made.
    """

    def __init__(self, store: Store, *, clones: bool) -> None:
        self._store = store
        self._source = store if clones and isinstance(store, LocalStore) else None
        self._written_whole = CLONE_FROM_BYTES if self._source is not None else CHUNK_BYTES

    def place(self, digest: Digest, mode: int, name: str, directory_fd: int | None) -> Placed:
        """Make the file `name`, which must not exist, in the directory. What is left of a failure is the caller's."""
        if digest.size_bytes > self._written_whole:
            return self._place_large(digest, mode, name, directory_fd)
        data = self._store.read(digest, CHUNK_BYTES)
        fingerprint = Fingerprint(digest, xxh3_128_hexdigest(data))
        fd = os.open(name, _CREATE, mode & 0o777, dir_fd=directory_fd)
        try:
            if data:
                write_all(fd, data)
            return Placed(_finish(fd, mode), fingerprint)
        finally:
            os.close(fd)

    def _place_large(self, digest: Digest, mode: int, name: str, directory_fd: int | None) -> Placed:
        fd = os.open(name, _CREATE, mode & 0o777, dir_fd=directory_fd)
        try:
            # The clone is what gets compared: nothing can come between.
            fingerprint = fingerprint_file(fd) if self._clone(digest, fd) else self._stream(digest, fd)
            if fingerprint.digest != digest:
                self._store.discard(digest)
                raise damaged(digest)
            return Placed(_finish(fd, mode), fingerprint)
        finally:
            os.close(fd)

    def _clone(self, digest: Digest, fd: int) -> bool:
        if self._source is None:
            return False
        with self._source.open(digest) as blob:
            return clone(blob.fileno(), fd)

    def _stream(self, digest: Digest, fd: int) -> Fingerprint:
        hasher = Hasher()
        with self._store.open(digest) as blob:
            while hasher.size_bytes <= digest.size_bytes and (data := _read(blob, digest)):
                hasher.update(data)
                write_all(fd, data)
        return hasher.fingerprint()


def _read(blob: BinaryIO, digest: Digest) -> bytes:
    try:
        return blob.read(CHUNK_BYTES)
    except OSError as error:
        raise StoreUnavailable(f"blob {digest.hash} cannot be read: {error.strerror or error}") from error


def _finish(fd: int, mode: int) -> StatKey:
    """Give an open file its mode, whatever the umask or a default ACL made of it, and return its final status."""
    status = os.fstat(fd)
    if status.st_mode & MODE_BITS != mode:
        os.fchmod(fd, mode)
        status = os.fstat(fd)
    return stat_key(status)
