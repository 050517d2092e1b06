from __future__ import annotations

import pytest

from engine.sam.cfn_yaml import KeySorted, parse_yaml
from engine.sam.dump import dump


def test_layout() -> None:
    template: dict[object, object] = {"b": {"z": 1, "a": [1, {"c": None}]}, "a": KeySorted(z=1, b=True)}
    assert dump(template) == b"b:\n  z: 1\n  a:\n  - 1\n  - c: null\na:\n  b: true\n  z: 1\n"


def test_aliases_are_expanded() -> None:
    shared = {"x": [1]}
    assert dump({"a": shared, "b": shared}) == b"a:\n  x:\n  - 1\nb:\n  x:\n  - 1\n"


def test_keys_of_different_types_stay_in_order() -> None:
    assert dump(KeySorted([(2, "a"), ("b", 1), (1, 1)])) == b"2: a\nb: 1\n1: 1\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [("012", "'012'"), ("0x", "'0x'"), ("yes", "'yes'"), ("2020-01-01", "'2020-01-01'"), ("1", "'1'"), ("a", "a")],
)
def test_text_that_reads_as_something_else_is_quoted(value: str, text: str) -> None:
    assert dump({"a": value}) == f"a: {text}\n".encode()


@pytest.mark.parametrize(
    "value", ["", "é", "a\nb\n", "a: b # c", " x ", "x " * 200, "\t", "\x7f", "😀", 1.5, float("inf"), 10**30, {}, []]
)
def test_what_is_written_is_read_again(value: object) -> None:
    assert parse_yaml(dump({"a": value}).decode()) == {"a": value}
