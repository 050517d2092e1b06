"""Compressed streams: gzip with the stamp in its header (RFC 1952), bzip2 and xz."""

from __future__ import annotations

from typing import NamedTuple

from engine.verify.content import Content
from engine.verify.difference import Finding, Kind
from engine.verify.members import Descend
from engine.verify.tokens import seconds_shown

LIMIT_BYTES = 32 << 20
"""Streams that are longer when decompressed are not looked into."""

_GZIP, _BZIP2, _XZ = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0"
_STAMP = slice(4, 8)


class _Gzip(NamedTuple):
    """Both stamps of two gzip headers."""

    first: int
    second: int


def compare_compressed(first: Content, second: Content, descend: Descend) -> list[Finding] | None:
    """Every finding about two compressed streams; None where they are none, damaged or too long."""
    magic = next((magic for magic in (_GZIP, _BZIP2, _XZ) if _starts(first, magic) and _starts(second, magic)), None)
    if magic is None:
        return None
    found = _stamp(first, second) if magic == _GZIP else []
    if found and _without_stamp(first) == _without_stamp(second):
        return found
    one, other = _decompressed(first, magic), _decompressed(second, magic)
    if one is None or other is None:
        return None
    inner = descend(one, other)
    if not inner:
        return [*found, Finding(Kind.CONTENT, "the same content, compressed in another way")]
    return [*found, *inner]


def _starts(content: Content, magic: bytes) -> bool:
    return bytes(content[: len(magic)]) == magic


def _stamp(first: Content, second: Content) -> list[Finding]:
    stamps = [int.from_bytes(content[_STAMP], "little") for content in (first, second)]
    if stamps[0] == stamps[1]:
        return []
    return [Finding(Kind.TIME, "in the gzip header: " + ", then ".join(map(seconds_shown, stamps)), offset=4)]
