"""Kinds of difference in two contents, whatever the format."""

from __future__ import annotations

import bz2
import lzma
import random
import tracemalloc
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.verify.content import content_of
from engine.verify.difference import Kind
from engine.verify.findings import findings
from tests.verify.archives import NEXT_DAY, SECONDS, File, ar, gzipped, tarred, zipped
from tests.verify.verified import found, kinds

Pack = Callable[..., bytes]
SAMPLES = (
    zipped(File("a"), File("b", b"x" * 300)),
    tarred(File("a"), File("b" * 200, b"x" * 600)),
    ar(File("a"), File("b", b"odd")),
    gzipped(tarred(File("a"))),
    bz2.compress(b"text\n" * 9),
    lzma.compress(b"text\n" * 9),
    b"\xa7\r\r\n" + bytes(40),
    b"one 2024-02-29 10:00:00 /tmp/a/b two\n",
    b"",
)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_same_has_no_findings(sample: bytes) -> None:
    assert found(sample, bytes(bytearray(sample))) == []


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_damaged_formats_still_differ_somehow(sample: bytes, data: st.DataObject) -> None:
    damaged = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged)))
        damaged[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    for first, second in ((sample, bytes(damaged)), (bytes(damaged), sample)):
        assert bool(found(first, second)) is (first != second)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80), st.binary(max_size=80))
def test_any_two_bytes_differ_or_are_the_same(first: bytes, second: bytes) -> None:
    assert bool(found(first, second)) is (first != second)


def test_what_is_in_an_archive_in_an_archive_is_told() -> None:
    def nested(data: bytes) -> bytes:
        return gzipped(tarred(File("lib.whl", zipped(File("m.pyc", b"\xa7\r\r\n\0\0\0\0" + data + bytes(8))))))

    assert kinds(nested(b"\1\0\0\0"), nested(b"\2\0\0\0")) == ["time:lib.whl!m.pyc"]
    assert kinds(nested(b"\1\0\0\0"), nested(b"\2\0\0\0" + b"more")) == ["time:lib.whl!m.pyc", "content:lib.whl!m.pyc"]


def test_archives_beyond_some_depth_are_bytes() -> None:
    def nested(day: tuple[int, int, int, int, int, int]) -> bytes:
        data = b"data"
        for _ in range(9):
            data = zipped(File("in", data, day))
        return data

    assert Kind.CONTENT in {row.kind for row in found(nested(File("").day), nested(NEXT_DAY))}


def test_one_format_against_another_is_content() -> None:
    assert kinds(zipped(File("a")), tarred(File("a"))) == ["content"]


def test_what_lies_outside_of_members_is_content_with_its_place() -> None:
    first, second = zipped(File("a"), comment=b"one"), zipped(File("a"), comment=b"two")
    (row,) = found(first, second)
    assert (row.kind, row.offset, row.detail) == (Kind.CONTENT, len(first) - 3, "'one', then 'two'")


def test_a_member_removed_and_one_added() -> None:
    first, second = tarred(File("a"), File("b")), tarred(File("a"), File("c"))
    assert kinds(first, second) == ["removed:b", "added:c"]


@pytest.mark.parametrize("packed", [zipped, tarred, ar])
def test_members_in_another_order(packed: Pack) -> None:
    files = [File(f"m{number}") for number in range(5)]
    assert kinds(packed(*files), packed(*reversed(files))) == ["order"]


@pytest.mark.parametrize("packed", [zipped, tarred, ar])
def test_modes_of_members_and_the_umask(packed: Pack) -> None:
    for mode, follows in ((0o600, True), (0o755, False), (0o640, False)):
        (row,) = found(packed(File("a")), packed(File("a", mode=mode)))
        assert (row.kind, row.member, row.follows_umask) == (Kind.MODE, "a", follows)


@pytest.mark.parametrize("packed", [zipped, tarred, ar])
def test_stamps_and_contents_of_members(packed: Pack) -> None:
    first, second = File("a"), File("a", b"dat4", NEXT_DAY, SECONDS + 86400)
    assert kinds(packed(first), packed(second)) == ["time:a", "content:a"]
    rows = found(packed(first), packed(second))
    assert "2024-02-29" in rows[0].detail
    assert "2024-03-01" in rows[0].detail
    assert rows[1].offset == 3


@pytest.mark.parametrize("packed", [zipped, tarred, ar])
def test_names_that_are_there_twice(packed: Pack) -> None:
    with pytest.warns(UserWarning) if packed is zipped else nullcontext():
        first = packed(File("a"), File("a", b"one"))
        second = packed(File("a"), File("a", b"two"))
    assert kinds(first, second) == ["content:a (2)"]


def test_compressed_in_another_way() -> None:
    text = b"".join(b"%d\n" % number for number in range(3000))
    (row,) = found(gzipped(text, level=1), gzipped(text, level=9))
    assert (row.kind, row.detail) == (Kind.CONTENT, "the same content, compressed in another way")


@pytest.mark.parametrize("compress", [gzipped, bz2.compress, lzma.compress])
def test_compressed_texts_are_compared_decompressed(compress: Callable[[bytes], bytes]) -> None:
    lines = [b"%d\n" % number for number in range(3000)]
    other = random.Random(7).sample(lines, len(lines))
    assert kinds(compress(b"".join(lines)), compress(b"".join(other))) == ["order"]


def test_the_stamp_of_a_gzip() -> None:
    (row,) = found(gzipped(b"text"), gzipped(b"text", SECONDS + 2))
    assert (row.kind, row.offset) == (Kind.TIME, 4)
    assert row.detail == "in the gzip header: 2024-02-29 12:30:02 UTC, then 2024-02-29 12:30:04 UTC"


def test_large_contents_take_little_memory(tmp_path: Path) -> None:
    for name, end in (("one", b"1"), ("two", b"2")):
        with open(tmp_path / name, "wb") as file:
            file.truncate(300 << 20)
            file.seek(0, 2)
            file.write(end)
    first, second = content_of(str(tmp_path / "one")), content_of(str(tmp_path / "two"))
    tracemalloc.start()
    try:
        (row,) = findings(first, second, ())
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (row.kind, row.offset) == (Kind.CONTENT, 300 << 20)
    assert peak_bytes < 16 << 20


def test_a_bomb_is_not_unpacked() -> None:
    first, second = (gzipped(bytes(64 << 20) + end, level=1) for end in (b"1", b"2"))
    tracemalloc.start()
    try:
        assert {row.kind for row in found(first, second)} == {Kind.CONTENT}
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < 160 << 20
