"""Members of zip archives (PKWARE's APPNOTE): wheels, jars and zipapps among them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from engine.verify.content import Content
from engine.verify.members import MOST_MEMBERS, Member
from engine.verify.tokens import seconds_shown

LIMIT_BYTES = 32 << 20
"""Members that are larger when decompressed are not looked into."""

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END_REACH_BYTES = 0xFFFF + _END.size
_UNIX_TIMES, _NTFS_TIMES, _OLD_UNIX_TIMES = 0x5455, 0x000A, 0x5855
_ENCRYPTED = 1
_UTF8 = 0x800
_UNIX_SYSTEMS = (3, 19)
_STORED, _DEFLATED = 0, 8


class _Entry(NamedTuple):
    """A record of the central directory."""

    name: str
    stamps: tuple[str, ...]
    mode: int | None
    flags: int
    method: int
    crc: int
    compressed_bytes: int
    size_bytes: int
    header: int
    """Offset of the local header."""


def zip_members(content: Content) -> list[Member] | None:
    """The members in the order of the central directory; None: no zip archive, a damaged one or one of over 4 GiB."""
    try:
        found = _central_directory(content)
        if found is None:
            return None
        start, size_bytes, count, shift = found
        return [_member(content, entry, shift) for entry in _entries(content[start : start + size_bytes], count)]
    except (struct.error, ValueError, IndexError):
        return None


def _central_directory(content: Content) -> tuple[int, int, int, int] | None:
    """(offset, length, number of entries, length of what precedes the archive)."""
    tail_start = max(0, len(content) - _END_REACH_BYTES)
    at = bytes(content[tail_start:]).rfind(b"PK\5\6")
    if at < 0:
        return None
    at += tail_start
    _, _, _, _, count, size_bytes, offset, _ = _END.unpack_from(content, at)
    if offset == 0xFFFFFFFF or count > MOST_MEMBERS or size_bytes > at:
        return None
    start = at - size_bytes
    return None if offset > start else (start, size_bytes, count, start - offset)


def _entries(directory: Content, count: int) -> Iterator[_Entry]:
    at = 0
    for _ in range(count):
        (signature, made_by, _, flags, method, clock, day, crc, compressed, size, name_length, extra_length,
         comment_length, _, _, attributes, header) = _CENTRAL.unpack_from(directory, at)  # fmt: skip
        if signature != b"PK\1\2":
            raise ValueError("not an entry")
        at += _CENTRAL.size
        name = bytes(directory[at : at + name_length])
        extra = directory[at + name_length : at + name_length + extra_length]
        at += name_length + extra_length + comment_length
        text = name.decode("utf-8" if flags & _UTF8 else "cp437", "backslashreplace")
        mode = attributes >> 16 & 0o7777 if made_by >> 8 in _UNIX_SYSTEMS else None
        stamps = (_dos_time(day, clock), *_times(extra))
        yield _Entry(text, stamps, mode, flags, method, crc, compressed, size, header)


def _member(content: Content, entry: _Entry, shift: int) -> Member:
    header = entry.header + shift
    signature, *_, name_length, extra_length = _LOCAL.unpack_from(content, header)
    if signature != b"PK\3\4":
        raise ValueError("not a local header")
    start = header + _LOCAL.size + name_length
    stamps = (*entry.stamps, *_times(content[start : start + extra_length]))
    data = content[start + extra_length : start + extra_length + entry.compressed_bytes]
    identity = (entry.crc, entry.size_bytes)
    return Member(entry.name, stamps, entry.mode, identity, partial(_read, data, entry))


def _read(data: Content, entry: _Entry) -> Content | None:
    if entry.flags & _ENCRYPTED or entry.size_bytes > LIMIT_BYTES:
        return None
    if entry.method == _STORED:
        return data
    if entry.method != _DEFLATED:
        return None
    try:
        return memoryview(zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, LIMIT_BYTES + 1))
    except zlib.error:
        return None


def _dos_time(day: int, clock: int) -> str:
    date = f"{(day >> 9) + 1980}-{day >> 5 & 15:02}-{day & 31:02}"
    return f"{date} {clock >> 11:02}:{clock >> 5 & 63:02}:{(clock & 31) * 2:02}"


def _times(extra: Content) -> Iterator[str]:
    """What the extra fields say of times."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        data = bytes(extra[at + 4 : at + 4 + length])
        at += 4 + length
        if kind == _UNIX_TIMES:
            yield from (
                seconds_shown(stamp) for (stamp,) in struct.iter_unpack("<l", data[1 : 1 + (length - 1) // 4 * 4])
            )
        elif kind in (_NTFS_TIMES, _OLD_UNIX_TIMES):
            yield data.hex()
