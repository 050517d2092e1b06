"""Text made safe for a terminal: names in full, logs with nothing but their colors left to act."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.report.style import RESET

_ACTING = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LOG = re.compile("(?P<color>\x1b\\[[0-9;:]*m)|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LINE_CHARACTERS = 65536


def printable(text: str) -> str:
    r"""Return ``text`` (a name, a path) with what would act on a terminal written as an escape: `\x1b`, `\n`, `\u202e`.

    Bytes of a file name that are not UTF-8 come out as `\xff`.
    """
    return _ACTING.sub(lambda match: _escape(match[0]), text)


def printable_lines(text: str) -> str:
    """Return ``text`` as ``printable`` does, keeping its line breaks: for messages of several lines."""
    return "\n".join(printable(line) for line in text.splitlines())


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that surrogateescape carried
        code -= 0xDC00
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def log_lines(path: str, *, keep_color: bool) -> Iterator[str]:
    """Yield the lines of a log without their ends, fit for a terminal.

    Colors stay (unless ``keep_color`` is false) and end with their line; everything else that acts on a terminal is
    shown as an escape. A lone carriage return, as progress bars write it, ends a line: nothing is overwritten. A line
    of more than 65536 characters comes in pieces. Raises OSError.
    """
    with open(path, encoding="utf-8", errors="backslashreplace") as file:
        while line := file.readline(_LINE_CHARACTERS):
            yield _log_line(line.removesuffix("\n"), keep_color=keep_color)


def _log_line(line: str, *, keep_color: bool) -> str:
    colored = False

    def replace(match: re.Match[str]) -> str:
        nonlocal colored
        if match["color"] is None:
            return _escape(match[0])
        colored = keep_color
        return match[0] if keep_color else ""

    safe = _LOG.sub(replace, line)
    return safe + RESET if colored else safe
