"""Tells whether two texts hold the same lines, or the same words, in another order."""

from __future__ import annotations

import re

import xxhash

from engine.verify.content import Content
from engine.verify.difference import Finding, Kind

LIMIT_BYTES = 16 << 20
"""Longer contents are not looked at: it takes about a second for each 16 MiB."""

_LINE = re.compile(rb"[^\n]+")
_WORD = re.compile(rb"[^\s,;:\"'(){}\[\]]+")
_MODULUS = 1 << 128


def other_order(first: Content, second: Content) -> Finding | None:
    """The finding, where lines or words are the same ones; both are compared by a sum of hashes, in little memory."""
    if max(len(first), len(second)) > LIMIT_BYTES or abs(len(first) - len(second)) > 2:
        return None
    for unit, pattern in (("lines", _LINE), ("words", _WORD)):
        one = _bag(pattern, first)
        if one[0] > 1 and one == _bag(pattern, second):
            return Finding(Kind.ORDER, f"the same {one[0]:,} {unit} in another order")
    return None


def _bag(pattern: re.Pattern[bytes], content: Content) -> tuple[int, int]:
    """(number of tokens, sum of their hashes): the same for the same tokens in any order."""
    count = total = 0
    for match in pattern.finditer(content):
        count += 1
        total += xxhash.xxh3_128_intdigest(match[0])
    return count, total % _MODULUS
