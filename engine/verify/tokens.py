"""Explains differing bytes by the token that they are part of: an absolute path, a time, a .pyc's stamp, a build id."""

from __future__ import annotations

import os
import re
import tempfile
from datetime import UTC, datetime

from engine.verify.content import Content
from engine.verify.difference import Kind
from engine.verify.walk import Explainer, Step

_PATH = re.compile(rb"/[^\0-\x20\x7f\"'`<>|;,:=(){}\[\]]+")
_LONGEST_PATH_BYTES = 4096
_LONGEST_TIME_BYTES = 48
_SHOWN_CHARACTERS = 200

_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK = rb"\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?"
_ZONE = rb"(?: ?(?:Z|UTC|GMT|[A-Z]{3,4}|[+-]\d\d:?\d\d))?"
_TIME = re.compile(
    b"|".join(
        (
            rb"\d{4}-\d\d-\d\d(?:[T ]" + _CLOCK + _ZONE + rb")?",
            rb"(?:" + _DAY + rb",? )?\d{1,2} " + _MONTH + rb" \d{4}(?: " + _CLOCK + _ZONE + rb")?",
            rb"(?:" + _DAY + rb" )?" + _MONTH + rb" {1,2}\d{1,2} (?:" + _CLOCK + _ZONE + rb" )?\d{4}",
            _CLOCK + _ZONE,
            rb"(?<!\d)20\d{6}[T_-]?\d{6}(?!\d)",
            rb"(?<![\d.])[12]\d{9}(?:\d{3}|\d{6}|\d{9}|\.\d+)?(?!\d)",
        )
    )
)
"""Days and times as programs print them, and seconds (or parts of them) since the epoch from 2001 to 2065."""

_PYC_STAMP = range(8, 12)
_BUILD_ID = re.compile(rb"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0.{20}", re.DOTALL)
_BUILD_ID_BYTES = 36


def seconds_shown(seconds: float) -> str:
    """Seconds since the epoch as `2025-11-23 15:43:00 UTC`."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def pyc_stamp(first: Content, at: int, second: Content, other: int) -> Step | None:
    """The modification time of the source in the header of a .pyc (PEP 552)."""
    if at not in _PYC_STAMP or at != other or len(first) < 16 or len(second) < 16:
        return None
    if bytes(first[2:8]) != b"\r\n\0\0\0\0" or bytes(first[:8]) != bytes(second[:8]):
        return None
    stamps = [int.from_bytes(content[8:12], "little") for content in (first, second)]
    return Step(Kind.TIME, "of the source, in a .pyc: " + ", then ".join(map(seconds_shown, stamps)), (12, 12))


def build_id(first: Content, at: int, second: Content, other: int) -> Step | None:
    """The build id of an ELF program: a digest of the rest, which therefore says nothing by itself."""
    token = _covering(_BUILD_ID, first, at, _BUILD_ID_BYTES)
    if token is None or at != other or _covering(_BUILD_ID, second, at, _BUILD_ID_BYTES) is None:
        return None
    return Step(Kind.CONTENT, "the build id of a program", (token[1], token[1]), weak=True)


def time_in_text(first: Content, at: int, second: Content, other: int) -> Step | None:
    """What reads like a day or a time in both."""
    tokens = _pair(_TIME, first, at, second, other, _LONGEST_TIME_BYTES)
    if tokens is None:
        return None
    (start, end), (other_start, other_end) = tokens
    shown = ", then ".join((_text(first[start:end]), _text(second[other_start:other_end])))
    return Step(Kind.TIME, f"text that reads like a time: {shown}", (end, other_end))


def temporary_path(first: Content, at: int, second: Content, other: int) -> Step | None:
    """Absolute paths below the folder for temporary files that differ in a name there, such as `pip-target-x1y2z3`."""
    tokens = _pair(_PATH, first, at, second, other, _LONGEST_PATH_BYTES)
    if tokens is None:
        return None
    (start, end), (other_start, other_end) = tokens
    one, two = bytes(first[start:end]), bytes(second[other_start:other_end])
    begins = [(one.find(root), two.find(root), len(root)) for root in _temporary()]
    if not any(begin == other_begin and 0 <= begin <= at - start - length for begin, other_begin, length in begins):
        return None
    ends = (_name_end(one, at - start) + start, _name_end(two, other - other_start) + other_start)
    return Step(Kind.PATH, _text(second[other_start:other_end]), ends)


def _temporary() -> tuple[bytes, ...]:
    return tuple({os.path.join(folder, "").encode() for folder in (tempfile.gettempdir(), "/tmp", "/var/tmp")})


def _name_end(path: bytes, at: int) -> int:
    """Where the name ends that the byte at `at` is part of."""
    end = path.find(b"/", at)
    return len(path) if end < 0 else end


def paths_of(roots: tuple[str, ...]) -> Explainer:
    """Explains absolute paths in the second build's content that begin with one of `roots`."""
    encoded = tuple(root.encode(errors="surrogateescape") for root in roots)

    def path(first: Content, at: int, second: Content, other: int) -> Step | None:
        tokens = _pair(_PATH, first, at, second, other, _LONGEST_PATH_BYTES)
        if tokens is None:
            return None
        (start, end), (other_start, other_end) = tokens
        text = bytes(second[other_start:other_end])
        for root in encoded:
            begin = text.find(root)
            if 0 <= begin <= other - other_start <= begin + len(root):
                tail = text[begin + len(root) :]
                whole = bytes(first[start:end]).endswith(tail)
                length = begin + len(root)
                ends = (end, other_end) if whole else (start + length, other_start + length)
                return Step(Kind.PATH, _text(second[other_start:other_end]), ends)
        return None

    return path


def _pair(
    pattern: re.Pattern[bytes], first: Content, at: int, second: Content, other: int, reach: int
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Where the token lies in both contents; it begins in the common part, or at the difference itself."""
    one, two = _covering(pattern, first, at, reach), _covering(pattern, second, other, reach)
    if one is None or two is None or at - one[0] != other - two[0]:
        return None
    return None if one[1] == at and two[1] == other else (one, two)


def _covering(pattern: re.Pattern[bytes], content: Content, at: int, reach: int) -> tuple[int, int] | None:
    """The match around the byte at `at`, or that ends before it."""
    start = max(0, at - reach)
    for match in pattern.finditer(content[start : at + reach]):
        if start + match.start() <= at <= start + match.end():
            return start + match.start(), start + match.end()
    return None


def _text(token: Content) -> str:
    text = re.split("[\udc80-\udcff]", bytes(token).decode(errors="surrogateescape"), maxsplit=1)[0]
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"
