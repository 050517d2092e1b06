"""Compressed streams: gzip with the stamp in its header (RFC 1952), bzip2 and xz."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import Protocol

from engine.verify.content import Content, same
from engine.verify.difference import Finding, Kind
from engine.verify.members import Descend
from engine.verify.tokens import seconds_shown

LIMIT_BYTES = 32 << 20
"""Streams that are longer when decompressed are not looked into."""

_GZIP, _BZIP2, _XZ = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0"
_STAMP = slice(4, 8)
_XZ_MEMORY_BYTES = 128 << 20


class _Decompressor(Protocol):
    """What gzip, bzip2 and xz have in common."""

    @property
    def eof(self) -> bool: ...

    def decompress(self, data: Content, /, max_length: int) -> bytes: ...


def compare_compressed(first: Content, second: Content, descend: Descend) -> list[Finding] | None:
    """Every finding about two compressed streams; None where they are none, damaged, too long or of several parts."""
    magic = next((magic for magic in (_GZIP, _BZIP2, _XZ) if _starts(first, magic) and _starts(second, magic)), None)
    if magic is None:
        return None
    found = _stamp(first, second) if magic == _GZIP else []
    if (
        found
        and same(first[: _STAMP.start], second[: _STAMP.start])
        and same(first[_STAMP.stop :], second[_STAMP.stop :])
    ):
        return found
    one, other = _decompressed(first, magic), _decompressed(second, magic)
    if one is None or other is None:
        return None
    if same(one, other):
        return [*found, Finding(Kind.CONTENT, "the same content, compressed in another way")]
    return [*found, *descend(one, other)]


def _starts(content: Content, magic: bytes) -> bool:
    return bytes(content[: len(magic)]) == magic


def _stamp(first: Content, second: Content) -> list[Finding]:
    stamps = [int.from_bytes(content[_STAMP], "little") for content in (first, second)]
    if stamps[0] == stamps[1]:
        return []
    shown = ", then ".join(map(seconds_shown, stamps))
    return [Finding(Kind.TIME, f"in the gzip header: {shown}", offset=_STAMP.start)]


def _decompressed(content: Content, magic: bytes) -> Content | None:
    try:
        stream = _decompressor(magic)
        plain = stream.decompress(content, max_length=LIMIT_BYTES + 1)
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        return None
    return memoryview(plain) if stream.eof and len(plain) <= LIMIT_BYTES else None


def _decompressor(magic: bytes) -> _Decompressor:
    if magic == _GZIP:
        return zlib.decompressobj(zlib.MAX_WBITS | 16)
    return bz2.BZ2Decompressor() if magic == _BZIP2 else lzma.LZMADecompressor(memlimit=_XZ_MEMORY_BYTES)
