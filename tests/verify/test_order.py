from __future__ import annotations

import random

import pytest

from engine.verify.order import LIMIT_BYTES
from tests.verify.verified import found, kinds

NAMES = [b"n%d" % number for number in range(100)]
OTHER = random.Random(1).sample(NAMES, len(NAMES))


@pytest.mark.parametrize(
    ("joint", "unit"), [(b"\n", "lines"), (b" ", "words"), (b'", "', "words"), (b", ", "words"), (b": ", "words")]
)
def test_the_same_in_another_order(joint: bytes, unit: str) -> None:
    (row,) = found(joint.join(NAMES), joint.join(OTHER))
    assert (row.kind.value, row.detail) == ("order", f"the same 100 {unit} in another order")


def test_one_more_or_another_one_is_content() -> None:
    assert kinds(b"\n".join(NAMES), b"\n".join(OTHER[:-1])) == ["content"]
    assert kinds(b"\n".join(NAMES), b"\n".join([*OTHER[:-1], b"n00"])) == ["content"]


def test_a_line_twice_is_not_another_line_twice() -> None:
    assert kinds(b"a\na\nb\n", b"a\nb\nb\n") == ["content"]


def test_a_single_word_has_no_order() -> None:
    assert kinds(b" word", b"word ") == ["content"]


def test_long_contents_are_not_looked_at() -> None:
    assert kinds(b"a\nb\n" + bytes(LIMIT_BYTES), b"b\na\n" + bytes(LIMIT_BYTES)) == ["content"]
