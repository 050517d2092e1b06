"""What the tests of all archives leave out about tar."""

from __future__ import annotations

import tarfile

import pytest

from engine.verify.tars import tar_members
from tests.verify.archives import File, tarred
from tests.verify.verified import found, kinds


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_format_has_stamps(form: int) -> None:
    name = "d/" * 60 + "file"
    assert kinds(tarred(File(name), form=form), tarred(File(name, seconds=7), form=form)) == [f"time:{name}"]


def test_parts_of_seconds_count() -> None:
    (row,) = found(tarred(File("a", seconds=1.25)), tarred(File("a", seconds=1.5)))
    assert (row.kind.value, row.detail) == ("time", "1.25, then 1.5")


def test_times_that_no_clock_shows() -> None:
    odd = tarred(File("a", seconds=1.5)).replace(b"mtime=1.5\n", b"mtime=inf\n")
    assert b"mtime=inf" in odd
    assert kinds(odd, tarred(File("a", seconds=1.5))) == ["content"]


@pytest.mark.parametrize("content", [b"", b"ustar" * 200, bytes(257) + b"ustar" + bytes(250), tarred(File("a"))[:300]])
def test_what_is_no_tar(content: bytes) -> None:
    assert not tar_members(memoryview(content))
