"""What the tests of all archives leave out about ar."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from engine.verify.ars import ar_members
from tests.verify.archives import File, ar

LONG = "a_name_of_more_than_fifteen_characters.txt"


def test_names_are_those_that_ar_was_given(tmp_path: Path) -> None:
    for name in ("short.txt", LONG, "odd"):
        (tmp_path / name).write_text(name)
    subprocess.run(["ar", "rcU", "lib.a", "short.txt", LONG, "odd"], cwd=tmp_path, check=True, stderr=subprocess.PIPE)
    members = ar_members(memoryview((tmp_path / "lib.a").read_bytes()))
    assert members is not None
    assert [member.name for member in members if not member.name.startswith("/")] == ["short.txt", LONG, "odd"]
    assert {bytes(member.read() or b"") for member in members} >= {b"short.txt", LONG.encode(), b"odd"}


def test_names_of_bsd() -> None:
    header = f"{'#1/12':<16}{9:<12}{0:<6}{0:<6}{0o100644:<8o}{16:<10}`\n".encode()
    members = ar_members(memoryview(b"!<arch>\n" + header + b"eleven.txt\0\0" + b"data"))
    assert members is not None
    assert [(member.name, bytes(member.read() or b"")) for member in members] == [("eleven.txt", b"data")]


@pytest.mark.parametrize("content", [b"", b"!<arch>\n" + b"x" * 60, ar(File("a"))[:-1], ar(File("a")) + b"trailing"])
def test_what_is_no_ar(content: bytes) -> None:
    assert ar_members(memoryview(content)) is None
