"""proto3's wire encoding: round trips, defaults left out, and every malformed message refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache.errors import BlobCorrupt
from cache.protobuf import (
    as_bytes,
    as_int,
    as_signed,
    as_text,
    bytes_field,
    fields,
    int_field,
    read_varint,
    text_field,
    write_varint,
)


@given(st.integers(0, 2**64 - 1))
def test_a_number_comes_back(value: int) -> None:
    data = write_varint(value)
    assert read_varint(b"\xff" + data, 1) == (value, 1 + len(data))


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_signed_number_comes_back(value: int) -> None:
    rows = dict(fields(int_field(7, value)))
    assert as_signed(rows.get(7, 0), 64) == value


def test_a_negative_32_bit_number_takes_ten_bytes_and_comes_back() -> None:
    data = int_field(4, -9)
    assert len(data) == 11
    assert as_signed(dict(fields(data))[4], 32) == -9


def test_defaults_are_left_out_but_an_empty_message_is_not() -> None:
    assert int_field(1, 0) == text_field(1, "") == b""
    assert list(fields(bytes_field(3, b""))) == [(3, b"")]


def test_fixed_width_fields_are_skipped() -> None:
    data = b"\x09" + b"8" * 8 + b"\x15" + b"4" * 4 + text_field(2, "kept")
    assert list(fields(data)) == [(2, b"kept")]


@pytest.mark.parametrize(
    "data",
    [
        b"\x08",  # a number is missing
        b"\x08\x80",  # a number that does not end
        b"\x08" + b"\x80" * 10 + b"\x01",  # eleven bytes of number
        b"\x08" + b"\xff" * 9 + b"\x7f",  # more than 64 bits
        b"\x0a\x05abc",  # a field longer than the message
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",  # a length of 2**64 - 1
        b"\x09abc",  # half a fixed-width field
        b"\x0b",  # a group
        b"\x0e\x00",  # wire type 6
        b"\x02\x00",  # field number 0
        b"\x80",  # half a tag
    ],
)
def test_a_malformed_message_is_refused(data: bytes) -> None:
    with pytest.raises(BlobCorrupt):
        list(fields(data))


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        for number, value in fields(data):
            assert number > 0
            assert isinstance(value, int | bytes)
    except BlobCorrupt:
        pass


def test_a_field_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(BlobCorrupt, match="bytes belong"):
        as_bytes(1)
    with pytest.raises(BlobCorrupt, match="number belongs"):
        as_int(b"1")
    with pytest.raises(BlobCorrupt, match="UTF-8"):
        as_text(b"\xff")
