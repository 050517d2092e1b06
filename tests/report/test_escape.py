from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.report.escape import log_lines, printable, printable_lines


def lines_of(folder: Path, content: bytes, *, keep_color: bool = True) -> list[str]:
    log = folder / "log"
    log.write_bytes(content)
    return list(log_lines(str(log), keep_color=keep_color))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Größe 東京 ok", "Größe 東京 ok"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x7f\x9b", "\\x7f\\x9b"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        (os.fsdecode(b"caf\xe9"), "caf\\xe9"),
    ],
)
def test_names_cannot_act_on_a_terminal(text: str, safe: str) -> None:
    assert printable(text) == safe


def test_messages_keep_their_line_breaks() -> None:
    assert printable_lines("one\ntwo\x07") == "one\ntwo\\x07"


def test_colors_of_a_log_end_with_their_line(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"\x1b[31mred\nplain\n") == ["\x1b[31mred\x1b[0m", "plain"]


def test_colors_are_taken_out_where_none_are_wanted(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"\x1b[1;31mred\x1b[0m\n", keep_color=False) == ["red"]


def test_what_moves_the_cursor_or_names_the_window_is_shown_not_done(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"\x1b[2J\x1b]0;title\x07\x08\x0c\n") == ["\\x1b[2J\\x1b]0;title\\x07\\x08\\x0c"]


def test_a_carriage_return_overwrites_nothing(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"error: x\rok\r\n10%\r20%") == ["error: x", "ok", "10%", "20%"]


def test_bytes_that_are_not_utf8_are_named(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"caf\xe9\ttab\n") == ["caf\\xe9\ttab"]


def test_a_line_without_end_comes_in_pieces_and_whole(tmp_path: Path) -> None:
    lines = lines_of(tmp_path, "é".encode() * 200_000)
    assert max(map(len, lines)) <= 65536
    assert "".join(lines) == "é" * 200_000


def test_empty_lines_stay(tmp_path: Path) -> None:
    assert lines_of(tmp_path, b"a\n\n\nb\n") == ["a", "", "", "b"]
