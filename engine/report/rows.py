"""An error as text: its message, label/value rows with their values aligned, and the hint that ends it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.report.escape import printable, printable_lines
from engine.report.style import Ink


def error_lines(message: str, rows: Sequence[tuple[str, str]], hint: str | None, ink: Ink) -> Iterator[str]:
    """Yield the lines of an error; what would act on a terminal is escaped in all of them."""
    yield f"{ink.paint('Error:', 'error')} {printable_lines(message)}"
    yield from aligned(rows, ink)
    if hint:
        yield f"{ink.paint('hint:', 'accent')} {printable_lines(hint)}"


def aligned(rows: Sequence[tuple[str, str]], ink: Ink) -> Iterator[str]:
    """Yield one line for each (label, value); further lines of a value are indented below its first."""
    width = max((len(label) for label, _ in rows), default=0)
    for label, value in rows:
        first, *more = printable_lines(value).split("\n")
        yield f"  {ink.paint(f'{printable(label):<{width}}', 'quiet')}  {first}"
        for line in more:
            yield f"  {'':<{width}}  {line}"
