"""A checksum in front of a message that has no name to be compared with, in a field that other readers skip.

Results are not flushed to the disk, so a power cut may leave one empty or cut short; and a protobuf message that is cut
between two fields is still a message. The checksum covers the key too: the result of one action under the name of
another is a sound message, and a wrong artifact.
"""

from __future__ import annotations

import hashlib

from cache.errors import BlobCorrupt
from cache.protobuf import bytes_field

MAX_RESULT_BYTES = 16 * 1024**2
"""Length of the largest result that is read."""
_FIELD = 7002
"""A number that no message of the Remote Execution API has."""
_HEAD = bytes_field(_FIELD, bytes(32))[:-32]


def seal(message: bytes, key: str) -> bytes:
    """The message with the SHA-256 of `key` and itself in front, still a message with the same fields."""
    return _HEAD + _checksum(message, key) + message


def _checksum(message: bytes, key: str) -> bytes:
    return hashlib.sha256(key.encode() + message).digest()


def unseal(data: bytes, key: str) -> bytes:
    """The message without its seal; one that another program wrote without a seal is taken as it is.

    Raises:
        BlobCorrupt: it is not what was sealed under `key`, or there is nothing at all.
    """
    if not data:
        raise BlobCorrupt("the result is empty")
    if not data.startswith(_HEAD):
        return data
    start = len(_HEAD) + 32
    if _checksum(data[start:], key) != data[len(_HEAD) : start]:
        raise BlobCorrupt("the result is not what was written under this name")
    return data[start:]
