from __future__ import annotations

import pytest

from engine.make.lines import acting_lines


def acting(text: str) -> list[str]:
    return [line.decode() for line in acting_lines(text.encode())]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# include x\n   # y\n",
        "build-Fn:\n\tcp $(A) b\n\n# said\n\tcp c d\n",
        "a b:: c | d ; cp $(X)\n",
        "$(A)/%.o: $(call f,x:=y) $(wildcard *.c)\n\tcc\n",
        ".PHONY: a\n\tX = 1\n",
        "a: b \\\n   c\n\tcc \\\n-o x\n",
        "${a:x=y}: b\n\tcc\n",
    ],
)
def test_recipes_rules_and_comments_do_not_act(text: str) -> None:
    assert acting(text) == []


@pytest.mark.parametrize(
    "line",
    [
        "X = a: b",
        "X := 1",
        "X ::= 1",
        "X ?= a:b",
        "X != a:b",
        "include a:b",
        "$(info a:b)",
        "$(eval a: $(b))",
        "a: $(eval include x)",
        "vpath %.c src:lib",
        "export X",
        "\tX = 1",
        "\t$(shell x)",
        "ifeq (a,b)",
        "word",
    ],
)
def test_what_acts(line: str) -> None:
    assert acting(f"{line}\n") == [line]


def test_a_recipe_ends_at_the_next_acting_line() -> None:
    assert acting("a:\n\tone\nX = 1\n\ttwo\n") == ["X = 1", "\ttwo"]


def test_a_recipe_goes_on_after_conditionals() -> None:
    assert acting("a:\n\tone\nifdef X\n\ttwo\nelse ifdef Y\nendif\n\tthree\n") == ["ifdef X", "else ifdef Y", "endif"]


def test_a_variable_of_a_target_begins_no_recipe() -> None:
    assert acting("a: X = 1\n\tY = 2\n") == ["\tY = 2"]


def test_another_recipe_prefix_leaves_nothing_out() -> None:
    assert acting(".RECIPEPREFIX = >\na:\n\tX = 1\n") == [".RECIPEPREFIX = >", "\tX = 1"]


def test_continued_lines_are_one() -> None:
    assert acting("X = a \\\n   b\\\n\tc\nY = \\\\\nZ = \\\\\\\n1\n") == ["X = a  b c", "Y = \\\\", "Z = \\\\ 1"]


def test_a_definition_is_one_line_without_recipes() -> None:
    text = "define outer\n\tX = 1\na:\n\tcp\ndefine inner =\nY = 2\nendef\nendef\nZ = 3\n"
    assert acting(text) == ["define outer\n\tX = 1\ndefine inner =\nY = 2", "Z = 3"]


def test_text_that_is_no_makefile_ends() -> None:
    assert acting_lines(b"\xff\0$($((\n" + b"$(" * 2000 + b"\ndefine x") == [b"\xff\0$($((", b"$(" * 2000, b"define x"]
