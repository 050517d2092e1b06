from __future__ import annotations

from engine.report.rows import aligned, hint_line
from engine.report.style import Ink

PLAIN = Ink(False)


def test_values_stand_below_each_other() -> None:
    assert list(aligned([("target", "Fn"), ("exit code", "2")], PLAIN)) == ["  target     Fn", "  exit code  2"]


def test_further_lines_of_a_value_are_indented() -> None:
    assert list(aligned([("ring", "A\nB")], PLAIN)) == ["  ring  A", "        B"]


def test_values_cannot_act_on_a_terminal() -> None:
    assert list(aligned([("file\x1b", "a\x1b[2J")], PLAIN)) == ["  file\\x1b  a\\x1b[2J"]


def test_no_rows_are_no_lines() -> None:
    assert list(aligned([], PLAIN)) == []


def test_hint() -> None:
    assert hint_line("try -x", PLAIN) == "hint: try -x"
    assert hint_line("try -x", Ink(True)) == "\x1b[36mhint:\x1b[0m try -x"
