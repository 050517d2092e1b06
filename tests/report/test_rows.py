from __future__ import annotations

from engine.report.rows import aligned, error_lines
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


def test_an_error_is_a_message_aligned_rows_and_a_hint() -> None:
    lines = error_lines("No Makefile", [("template", "t.yaml:3"), ("id", "Fn")], "write one", PLAIN)
    assert list(lines) == ["Error: No Makefile", "  template  t.yaml:3", "  id        Fn", "hint: write one"]


def test_only_the_words_that_open_a_line_are_colored() -> None:
    lines = error_lines("No Makefile", [], "write one", Ink(True))
    assert list(lines) == ["\x1b[1;31mError:\x1b[0m No Makefile", "\x1b[36mhint:\x1b[0m write one"]


def test_names_in_messages_cannot_act_on_a_terminal() -> None:
    assert list(error_lines("No \x1b[2J\nsecond", [], None, PLAIN)) == ["Error: No \\x1b[2J\nsecond"]
