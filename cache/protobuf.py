"""proto3's wire encoding: numbers, texts and bytes under field numbers, canonical when written, bounded when read."""

from __future__ import annotations

from collections.abc import Iterator

from cache.errors import BlobCorrupt

_VARINT, _FIXED64, _LENGTH_DELIMITED, _FIXED32 = 0, 1, 2, 5
_MASK = (1 << 64) - 1

Value = int | bytes
"""A field as it lies in a message: a number, or the bytes of a text or of an embedded message."""


def write_varint(value: int) -> bytes:
    """A non-negative number in base 128, least significant group first."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def bytes_field(number: int, data: bytes) -> bytes:
    """Bytes or an embedded message; written even when empty, because an empty message is not an absent one."""
    return write_varint(number << 3 | _LENGTH_DELIMITED) + write_varint(len(data)) + data


def text_field(number: int, text: str) -> bytes:
    """A text; nothing when it is empty, which is its default."""
    return bytes_field(number, text.encode()) if text else b""


def int_field(number: int, value: int) -> bytes:
    """A number, negative ones in two's complement of 64 bits; nothing when it is 0."""
    return write_varint(number << 3) + write_varint(value & _MASK) if value else b""


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at `at` and where the next byte is."""
    value = shift = 0
    try:
        while (byte := data[at]) > 0x7F:
            value |= (byte & 0x7F) << shift
            at += 1
            shift += 7
            if shift > 63:
                raise BlobCorrupt("a number in a message is longer than ten bytes")
    except IndexError:
        raise BlobCorrupt("a message ends inside a number") from None
    value |= byte << shift
    if value > _MASK:
        raise BlobCorrupt("a number in a message is larger than 64 bits")
    return value, at + 1


def _end_of(data: bytes, at: int, length: int) -> int:
    if length > len(data) - at:
        raise BlobCorrupt("a message ends inside a field")
    return at + length


FIELDS = 32
"""Most fields of a message that is no list. Two bytes make one, so that a small file could hold a great many."""


def fields(data: bytes, most: int = FIELDS) -> Iterator[tuple[int, Value]]:
    """Field numbers and values in the order they lie; fixed-width fields, which no message here has, are skipped.

    Raises:
        BlobCorrupt: `data` is no message, or has more than `most` fields.
    """
    at, end = 0, len(data)
    while at < end:
        most -= 1
        if most < 0:
            raise BlobCorrupt("a message has more fields than any needs")
        tag, at = read_varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if number == 0:
            raise BlobCorrupt("a message has a field without a number")
        if wire_type == _LENGTH_DELIMITED:
            length, start = read_varint(data, at)
            at = _end_of(data, start, length)
            yield number, data[start:at]
        elif wire_type == _VARINT:
            value, at = read_varint(data, at)
            yield number, value
        elif wire_type in (_FIXED64, _FIXED32):
            at = _end_of(data, at, 8 if wire_type == _FIXED64 else 4)
        else:
            raise BlobCorrupt(f"a message has a field of unknown wire type {wire_type}")


def as_bytes(value: Value) -> bytes:
    """The bytes of a field, or BlobCorrupt where a number stands in their place."""
    if isinstance(value, int):
        raise BlobCorrupt("a message has a number where bytes belong")
    return value


def as_int(value: Value) -> int:
    """The number of a field, 0 to 2**64 - 1, or BlobCorrupt where bytes stand in its place."""
    if isinstance(value, bytes):
        raise BlobCorrupt("a message has bytes where a number belongs")
    return value


def as_signed(value: Value, bits: int) -> int:
    """The number of a field as a signed one of 32 or 64 bits."""
    number = as_int(value) & ((1 << bits) - 1)
    return number - (1 << bits) if number >> (bits - 1) else number


def as_text(value: Value) -> str:
    """The text of a field, or BlobCorrupt where it is not UTF-8."""
    try:
        return as_bytes(value).decode()
    except UnicodeDecodeError:
        raise BlobCorrupt("a text in a message is not UTF-8") from None
