"""Label/value rows below a message, their values aligned, and the hint that ends them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.report.escape import printable, printable_lines
from engine.report.style import Ink


def aligned(rows: Sequence[tuple[str, str]], ink: Ink) -> Iterator[str]:
    """Yield one line for each (label, value); further lines of a value are indented below its first."""
    width = max((len(label) for label, _ in rows), default=0)
    for label, value in rows:
        first, *more = printable_lines(value).split("\n")
        yield f"  {ink.paint(f'{printable(label):<{width}}', 'quiet')}  {first}"
        for line in more:
            yield f"  {'':<{width}}  {line}"


def hint_line(hint: str, ink: Ink) -> str:
    """Return the way out, as `hint: …`."""
    return f"{ink.paint('hint:', 'accent')} {printable_lines(hint)}"
