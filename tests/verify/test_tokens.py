from __future__ import annotations

import struct

import pytest

from engine.verify.difference import Kind
from tests.verify.verified import found, kinds

SCRATCH = "/scratch/engine-0/abc/Fn-12345678"
FORMER = b"/scratch/engine-0/abc/Fn-87654321"
HERE = SCRATCH.encode()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (b"2024-02-29", b"2024-03-01"),
        (b"built 2024-02-29 10:00:00!", b"built 2024-02-29 10:00:01!"),
        (b'"at": "2024-02-29T10:00:00.123456Z"', b'"at": "2024-02-29T10:00:01.9Z"'),
        (b"Thu Feb 29 10:00:00 UTC 2024\n", b"Fri Mar  1 10:00:00 UTC 2024\n"),
        (b"Thu, 29 Feb 2024 10:00:00 GMT", b"Fri, 1 Mar 2024 10:00:00 GMT"),
        (b'__DATE__ "Feb 29 2024"', b'__DATE__ "Mar  1 2024"'),
        (b"10:00:00", b"10:00:01"),
        (b"stamp=1709209802;", b"stamp=1709209999;"),
        (b"1709209802.25\n", b"1709209803.5\n"),
        (b"1709209802000000001", b"1709209802999999999"),
        (b"app-20240229100000.jar", b"app-20240229100001.jar"),
        (b"app-20240229T100000Z", b"app-20240301T100000Z"),
        (b"\0\1\xff10:00\xfe", b"\0\1\xff11:30\xfe"),
    ],
)
def test_times_in_texts(first: bytes, second: bytes) -> None:
    assert kinds(first, second) == ["time"]
    assert kinds(second, first) == ["time"]


@pytest.mark.parametrize(
    ("first", "second"),
    [(b"1234", b"1235"), (b"0.1", b"0.2"), (b"9709209802", b"9709209803"), (b"v1.17092098021", b"v1.17092098022")],
)
def test_other_numbers_are_content(first: bytes, second: bytes) -> None:
    assert kinds(first, second) == ["content"]


def test_a_time_and_something_else() -> None:
    rows = found(b"at 10:00:00 by a", b"at 11:00:00 by b")
    assert [(row.kind, row.offset) for row in rows] == [(Kind.TIME, 4), (Kind.CONTENT, 15)]
    assert rows[0].detail == "text that reads like a time: 10:00:00, then 11:00:00"


def test_a_path_of_the_same_length() -> None:
    (row,) = found(b"in " + FORMER + b"/app.c\n", b"in " + HERE + b"/app.c\n", SCRATCH)
    assert (row.kind, row.offset, row.detail) == (Kind.PATH, 28, f"{SCRATCH}/app.c")


def test_a_path_of_another_machine() -> None:
    elsewhere = b"/build/ci/tmp/engine-1000/0123/Fn-12345678"
    text = b"a=%s/x b=%s c"
    assert kinds(text % (elsewhere, elsewhere), text % (HERE, HERE), SCRATCH) == ["path"]


def test_a_path_among_bytes() -> None:
    first, second = (b"\0\x02" + path + b"/app.py\xfa\x08<module>" for path in (FORMER, HERE))
    (row,) = found(first, second, SCRATCH)
    assert (row.kind, row.detail) == (Kind.PATH, f"{SCRATCH}/app.py")


def test_a_path_that_goes_on_in_another_way() -> None:
    rows = found(FORMER + b"/x-a17", HERE + b"/x-b17", SCRATCH)
    assert [(row.kind, row.offset) for row in rows] == [(Kind.PATH, 25), (Kind.CONTENT, 36)]


def test_paths_of_elsewhere_are_content() -> None:
    assert kinds(b"/opt/one/lib", b"/opt/two/lib", SCRATCH) == ["content"]


def test_random_names_in_the_folder_for_temporary_files() -> None:
    first, second = b"/\xff/tmp/pip-target-a1b2/lib/x.py", b"/\xff/tmp/pip-target-9zzz/lib/x.py"
    assert kinds(first, second) == ["path"]
    assert kinds(first + b" 1", second + b" 2") == ["path", "content"]


def pyc(seconds: int, flags: int = 0, body: bytes = b"code") -> bytes:
    return b"\xa7\r\r\n" + struct.pack("<III", flags, seconds, 100) + body


def test_the_stamp_of_a_pyc() -> None:
    (row,) = found(pyc(1_709_209_802), pyc(1_709_209_900))
    assert (row.kind, row.offset) == (Kind.TIME, 8)
    assert row.detail == "of the source, in a .pyc: 2024-02-29 12:30:02 UTC, then 2024-02-29 12:31:40 UTC"
    assert kinds(pyc(1), pyc(2, body=b"c0de")) == ["time", "content"]


def test_a_pyc_that_is_known_by_a_digest_has_no_stamp() -> None:
    assert kinds(pyc(1, flags=1), pyc(2, flags=1)) == ["content"]


def elf(build_id: bytes, body: bytes) -> bytes:
    return b"\x7fELF....\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0" + build_id * 20 + body


def test_a_build_id_follows_from_other_differences() -> None:
    assert kinds(elf(b"a", b"10:00:00"), elf(b"b", b"10:00:01")) == ["time"]
    assert kinds(elf(b"a", b"one"), elf(b"b", b"two")) == ["content"]
    (row,) = found(elf(b"a", b"x"), elf(b"b", b"x"))
    assert (row.kind, row.detail) == (Kind.CONTENT, "the build id of a program")
