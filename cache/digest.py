"""Digests of bytes: SHA-256 names what is shared, xxh3-128 tells locally whether bytes changed."""

from __future__ import annotations

import hashlib
import os
from typing import NamedTuple

import xxhash

CHUNK_BYTES = 1024 * 1024
"""Files up to this size are read by one call, larger ones in pieces of it."""


class Digest(NamedTuple):
    """The name of a blob, as in the Remote Execution API: its hash and its length."""

    hash: str
    """SHA-256, 64 lower-case hexadecimal digits."""
    size_bytes: int


class Fingerprint(NamedTuple):
    """Both hashes of a file, taken in one read."""

    digest: Digest
    xxh3: str
    """xxh3-128, 32 lower-case hexadecimal digits."""


EMPTY = Digest(hashlib.sha256(b"").hexdigest(), 0)
"""The digest of no bytes."""


class Hasher:
    """Feeds both hashes piece by piece."""

    __slots__ = ("_sha256", "_xxh3", "size_bytes")

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._xxh3 = xxhash.xxh3_128()
        self.size_bytes = 0

    def update(self, data: bytes | memoryview) -> None:
        """Take the next piece."""
        self._sha256.update(data)
        self._xxh3.update(data)
        self.size_bytes += len(data)

    def fingerprint(self) -> Fingerprint:
        """Both hashes of all pieces so far."""
        return Fingerprint(Digest(self._sha256.hexdigest(), self.size_bytes), self._xxh3.hexdigest())


def digest_bytes(data: bytes) -> Digest:
    """The digest of `data`."""
    return Digest(hashlib.sha256(data).hexdigest(), len(data))


def fingerprint_bytes(data: bytes) -> Fingerprint:
    """Both hashes of `data`."""
    return Fingerprint(Digest(hashlib.sha256(data).hexdigest(), len(data)), xxhash.xxh3_128_hexdigest(data))


def fingerprint_file(path_or_fd: str | int) -> Fingerprint:
    """Both hashes of a file, read once from its beginning (a descriptor: from where it stands) to its end.

    Raises:
        OSError: the file cannot be read.
    """
    if isinstance(path_or_fd, int):
        return _fingerprint_fd(path_or_fd)
    fd = os.open(path_or_fd, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return _fingerprint_fd(fd)
    finally:
        os.close(fd)


def _fingerprint_fd(fd: int) -> Fingerprint:
    # Asking for much more than there is costs more than reading it: the buffer is made before the kernel is asked.
    size_bytes = os.fstat(fd).st_size
    if size_bytes <= CHUNK_BYTES:
        data = os.read(fd, size_bytes + 1)
        if len(data) <= size_bytes and size_bytes:
            return fingerprint_bytes(data)
        return _fingerprint_stream(fd, data)  # it grew, or is a pipe or one of the kernel's files without a size
    return _fingerprint_stream(fd, b"")


def _fingerprint_stream(fd: int, head: bytes) -> Fingerprint:
    hasher = Hasher()
    hasher.update(head)
    buffer = memoryview(bytearray(CHUNK_BYTES))
    while count := os.readv(fd, [buffer]):
        hasher.update(buffer[:count])
    return hasher.fingerprint()
