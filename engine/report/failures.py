"""The failed targets of a build, each with its whole log, and below it the error with the facts about it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from engine.report.console import Detail, ending, log_block
from engine.report.escape import printable
from engine.report.rows import error_lines
from engine.report.style import Ink
from engine.run.events import Failure, State, TargetResult

_NO_FACTS = Failure(message="failed", exit_code=None)


def failure_blocks(results: Sequence[TargetResult], ink: Ink, detail: Detail, cwd: str) -> Iterator[str]:
    """Yield the text of every failed target in order, a blank line before each.

    The log is shown unless ``detail.log_output`` is `none`; paths below ``cwd`` are shortened.
    """
    for result in results:
        if result.state is State.FAILED:
            yield from _block(result, result.failure or _NO_FACTS, ink, detail, cwd)


def _block(result: TargetResult, failure: Failure, ink: Ink, detail: Detail, cwd: str) -> Iterator[str]:
    yield ""
    if result.log is not None and detail.log_output != "none":
        yield ink.paint(f"Log of {printable(result.target)}:", "strong")
        yield from log_block(result.log, keep_color=detail.log_color)
        yield ""
    yield from error_lines(failure.message, _facts(result, failure, cwd), failure.hint, ink)


def _facts(result: TargetResult, failure: Failure, cwd: str) -> list[tuple[str, str]]:
    """The failure's own rows, completed by what every failure has; a label is never shown twice."""
    facts = {"resource": result.target} | {label: shortened(value, cwd) for label, value in failure.rows}
    if failure.exit_code is not None:
        facts.setdefault(*ending(failure.exit_code))
    if result.log is not None:
        facts.setdefault("log", shortened(result.log, cwd))
    return list(facts.items())


def shortened(path: str, cwd: str) -> str:
    """Return ``path`` relative to ``cwd`` where it lies below it."""
    below = os.path.join(cwd, "")
    return path.removeprefix(below) if path != below else path
