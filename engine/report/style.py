"""Colors: when they are wanted, and the escape sequences for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

RESET = "\x1b[0m"
_CODES = {
    "error": "1;31",
    "failure": "31",
    "success": "32",
    "caution": "33",
    "accent": "36",
    "strong": "1",
    "quiet": "2",
}


class Ink(NamedTuple):
    """Writes text in a color where colors are wanted, and leaves it alone elsewhere."""

    enabled: bool

    def paint(self, text: str, style: str) -> str:
        """Return ``text`` in ``style``: error, failure, success, caution, accent, strong or quiet."""
        return f"\x1b[{_CODES[style]}m{text}{RESET}" if self.enabled and text else text


def wants_color(flag: bool | None, environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Say whether a stream is to be colored.

    ``flag`` is `--color` or `--no-color`; then come NO_COLOR (no-color.org) and sam's SAM_CLI_NO_COLOR, FORCE_COLOR
    (force-color.org), and at last whether the stream is a terminal that understands escape sequences.
    """
    if flag is not None:
        return flag
    if refuses_color(environ):
        return False
    return bool(environ.get("FORCE_COLOR")) or (terminal and environ.get("TERM") != "dumb")


def refuses_color(environ: Mapping[str, str]) -> bool:
    """Say whether the environment asks for no color at all, not even that of commands whose output is shown."""
    return bool(environ.get("NO_COLOR") or environ.get("SAM_CLI_NO_COLOR"))
