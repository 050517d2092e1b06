"""Option values with units: a duration such as `5m` and a size such as `10GiB`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import click

_Number = TypeVar("_Number", int, float)

_SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(min|s|m|h|)\s*", re.ASCII)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:([kmgt])(b|ib|)|b|)", re.ASCII | re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}


def parse_duration_s(text: str) -> float:
    """Return the seconds that ``text`` (`90`, `90s`, `5m`, `1h30m`) stands for. Raises ValueError."""
    rest, total_s = text.strip().lower(), 0.0
    while rest:
        part = _DURATION_PART.match(rest)
        if part is None or (part[2] == "" and total_s):
            break
        total_s += float(part[1]) * _SECONDS[part[2]]
        rest = rest[part.end() :]
    if rest or not total_s:
        raise ValueError(f"{text!r} is not a duration: write seconds (90) or a unit (90s, 5m, 1h30m)")
    return total_s


def parse_size_bytes(text: str) -> int:
    """Return the bytes that ``text`` stands for: `10GiB` and `10G` are 10 * 1024**3, `10GB` is 10 * 1000**3.

    The suffixes are those of coreutils. Raises ValueError.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a size: write bytes or a unit (500MiB, 10GiB, 10GB)")
    prefix, suffix = (match[2] or "").lower(), (match[3] or "").lower()
    base = 1000 if suffix == "b" else 1024
    return int(float(match[1]) * base ** _POWERS[prefix])


def duration(value: object) -> float:
    """Convert an option's value to seconds, as click's ``type``."""
    return _converted(parse_duration_s, value)


def size(value: object) -> int:
    """Convert an option's value to bytes, as click's ``type``."""
    return _converted(parse_size_bytes, value)


def _converted(parse: Callable[[str], _Number], value: object) -> _Number:
    # click turns a ValueError of a plain function into a message that holds the value only.
    try:
        return parse(str(value))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
