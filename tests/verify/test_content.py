from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.verify.content import common_length, content_of, same

MIB = 1 << 20


@pytest.mark.parametrize("at", [0, 1, 17, MIB - 1, MIB, MIB + 1, 3 * MIB - 1])
def test_the_first_difference_is_found_wherever_it_is(at: int) -> None:
    first = bytes(3 * MIB)
    second = first[:at] + b"x" + first[at + 1 :]
    assert common_length(memoryview(first), memoryview(second)) == at
    assert not same(memoryview(first), memoryview(second))


def test_a_beginning_of_the_other_is_common_as_a_whole() -> None:
    assert common_length(memoryview(b"abc"), memoryview(b"abcd")) == 3
    assert not same(memoryview(b"abc"), memoryview(b"abcd"))
    assert same(memoryview(b""), memoryview(b""))


@pytest.mark.parametrize("size_bytes", [0, 5, MIB - 1, MIB, 2 * MIB + 3])
def test_a_file_is_read_or_mapped_to_the_same(tmp_path: Path, size_bytes: int) -> None:
    data = os.urandom(size_bytes)
    (tmp_path / "file").write_bytes(data)
    assert content_of(str(tmp_path / "file")) == data


def test_links_folders_and_fifos_are_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "fifo")
    for name in ("link", "fifo", "."):
        with pytest.raises(OSError):
            content_of(str(tmp_path / name))
