"""Mutations of real files: bytes, lines, tokens that parsers stumble over, and values of documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

Change = Callable[[bytes, Sequence[bytes], Random], bytes]
"""(data, real files to take parts of, random choices) -> other data."""

_ODD = json.loads((Path(__file__).parent / "odd.json").read_text(encoding="utf-8"))

TOKENS: tuple[bytes, ...] = (*[token.encode("latin-1") for token in _ODD["tokens"]], b"9" * 5000)
"""What parsers of YAML, JSON, TOML and gitignore, and evaluators of intrinsics, are known to stumble over."""
KEYS: tuple[str, ...] = tuple(_ODD["keys"])
"""Keys that mean something somewhere."""


def _nested(depth: int) -> Any:
    value: Any = "deep"
    for level in range(depth):
        value = {"Fn::Join": [value]} if level % 2 else [value]
    return value


VALUES: tuple[Any, ...] = (*_ODD["values"], _nested(30), _nested(150))
"""Odd values for any place of a document."""


def mutant(seed: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    """`seed` after one to four changes to its bytes."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 4))):
        seed = chance.choice(_CHANGES)(seed, others, chance)
    return seed


def _span(data: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 2, 4, 16, 64, 256)))


def _flip(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _delete(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _truncate(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _repeat(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    start, end = _span(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 2, 50)) + data[end:]


def _insert(data: bytes, _: Sequence[bytes], chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(TOKENS) + data[at:]


def _splice(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    other = chance.choice(others)
    start, end = _span(other, chance)
    at, after = _span(data, chance)
    return data[:at] + other[start:end] + data[chance.choice((at, after)) :]


def _line(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    """Drop, double, move, indent, take over or refill one line."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    line = lines.pop(at)
    name, colon, _ = line.partition(b":")
    made = chance.choice(
        (
            [],
            [line, line],
            [b"  " + line],
            [line[2:]],
            [line, chance.choice(chance.choice(others).split(b"\n"))],
            [name + colon + b" " + chance.choice(TOKENS)],
            [name + colon + b" " + json.dumps(chance.choice(VALUES)).encode()],
        )
    )
    lines[at:at] = made
    if chance.random() < 0.1:
        chance.shuffle(lines)
    return b"\n".join(lines)


_CHANGES: tuple[Change, ...] = (
    _flip, _delete, _truncate, _repeat, _insert, _insert, _splice, _line, _line, _line,
)  # fmt: skip


def reworked(document: Any, chance: Random) -> Any:
    """A copy of a document of mappings, lists and scalars after one to three changes to its values."""
    copy = deepcopy(document)
    for _ in range(chance.choice((1, 1, 2, 3))):
        places = list(_places(copy))
        if not places:
            return deepcopy(chance.choice(VALUES))
        _rework(*chance.choice(places), places, chance)
    return copy


def _places(node: Any) -> list[tuple[Any, Any]]:
    """(container, key or index) of every value below."""
    found: list[tuple[Any, Any]] = []
    pending = [node]
    while pending:
        here = pending.pop()
        keys: Any = here.keys() if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
        for key in keys:
            found.append((here, key))
            pending.append(here[key])
    return found


def _rework(holder: Any, key: Any, places: Sequence[tuple[Any, Any]], chance: Random) -> None:
    what = chance.randrange(6)
    if what == 0:
        del holder[key]
    elif what == 1:
        source, source_key = chance.choice(places)
        holder[key] = deepcopy(source[source_key]) if _has(source, source_key) else None
    elif what == 2 and isinstance(holder, dict):
        holder[chance.choice(KEYS)] = deepcopy(holder[key])
    elif what == 3 and isinstance(holder, dict):
        holder[chance.choice(KEYS)] = deepcopy(chance.choice(VALUES))
    elif what == 4:
        holder[key] = [holder[key]]
    else:
        holder[key] = deepcopy(chance.choice(VALUES))


def _has(holder: Any, key: Any) -> bool:
    return key in holder if isinstance(holder, dict) else key < len(holder)
