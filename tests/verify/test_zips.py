"""What the tests of all archives leave out about zip."""

from __future__ import annotations

import struct
import zipfile

import pytest

from engine.verify.zips import zip_members
from tests.verify.archives import File, zipped
from tests.verify.verified import found, kinds


def unix_time(seconds: int) -> bytes:
    return struct.pack("<HHBl", 0x5455, 5, 1, seconds)


def test_a_stamp_that_is_only_in_the_extra_field() -> None:
    first, second = (zipped(File("a", extra=unix_time(seconds))) for seconds in (1_709_209_802, 1_709_209_803))
    (row,) = found(first, second)
    assert (row.kind.value, row.detail) == ("time", "2024-02-29 12:30:02 UTC, then 2024-02-29 12:30:03 UTC")


def test_a_stamp_that_only_one_has() -> None:
    assert kinds(zipped(File("a")), zipped(File("a", extra=unix_time(1)))) == ["time:a"]


def test_stored_members_and_an_archive_behind_a_script() -> None:
    def app(data: bytes) -> bytes:
        return b"#!/usr/bin/env python3\n" + zipped(File("__main__.py", data, method=zipfile.ZIP_STORED))

    assert kinds(app(b"print(1)"), app(b"print(2)")) == ["content:__main__.py"]


def test_an_unknown_method_is_told() -> None:
    first, second = (zipped(File("a", data, method=zipfile.ZIP_BZIP2)) for data in (b"one", b"two"))
    (row,) = found(first, second)
    assert row.detail == "too large to be looked into, or of an unknown method"


@pytest.mark.parametrize("content", [b"", b"PK\5\6", zipped(File("a"))[:-1], b"x" * 100])
def test_what_is_no_zip(content: bytes) -> None:
    assert zip_members(memoryview(content)) is None


def test_an_empty_zip_has_no_members() -> None:
    assert zip_members(memoryview(zipped())) == []
