"""A checksum in front of a message that has no name to be compared with, in a field that other readers skip.

Results are not flushed to the disk, so a power cut may leave one empty or cut short; and a protobuf message that is cut
between two fields is still a message.
"""

from __future__ import annotations

import hashlib

from cache.errors import BlobCorrupt
from cache.protobuf import bytes_field

_FIELD = 7001
"""A number that no message of the Remote Execution API has."""
_HEAD = bytes_field(_FIELD, bytes(32))[:-32]


def seal(message: bytes) -> bytes:
    """The message with the SHA-256 of itself in front, still a message with the same fields."""
    return _HEAD + hashlib.sha256(message).digest() + message


def unseal(data: bytes) -> bytes:
    """The message without its seal; one that another program wrote without a seal is taken as it is.

    Raises:
        BlobCorrupt: it is not what was sealed, or there is nothing at all.
    """
    if not data:
        raise BlobCorrupt("the result is empty")
    if not data.startswith(_HEAD):
        return data
    start = len(_HEAD) + 32
    if hashlib.sha256(data[start:]).digest() != data[len(_HEAD) : start]:
        raise BlobCorrupt("the result is not what was written")
    return data[start:]
