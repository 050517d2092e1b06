"""Contents of files as views that cost no memory of their own, and where two of them part."""

from __future__ import annotations

import mmap
import os
import stat

Content = memoryview
"""Bytes of a file or of a part of one; slices share them."""

_MAPPED_FROM_BYTES = 1 << 20
_CHUNK_BYTES = 1 << 20


def content_of(path: str) -> Content:
    """The content of a regular file; a large one is mapped, and lasts as long as the view.

    Raises:
        OSError: when it cannot be read, or is no regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{path} is not a regular file")
        if status.st_size < _MAPPED_FROM_BYTES:
            return memoryview(file.read())
        return memoryview(mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ))


def common_length(first: Content, second: Content) -> int:
    """How many bytes two contents have in common at their beginning."""
    longest = min(len(first), len(second))
    at = 0
    while at < longest:
        one, other = bytes(first[at : at + _CHUNK_BYTES]), bytes(second[at : at + _CHUNK_BYTES])
        if one != other:
            return at + _parting(one, other)
        at += len(one)
    return longest


def _parting(one: bytes, other: bytes) -> int:
    """The same for two unequal pieces, by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def same(first: Content, second: Content) -> bool:
    """Whether two contents are the same bytes."""
    return len(first) == len(second) == common_length(first, second)
