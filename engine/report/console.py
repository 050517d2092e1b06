"""Events of a build as plain lines: what a log of CI holds, and what scrolls above the live display."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from engine.report.duration import in_words
from engine.report.escape import log_lines, printable, printable_lines
from engine.report.style import Ink
from engine.run.events import (
    BuildStarted,
    Event,
    Failure,
    State,
    TargetFinished,
    TargetResult,
    TargetStarted,
    Waiting,
    Warned,
)

_WORDS = {state: state.value.replace("_", " ") for state in State}
_STYLES = {
    State.BUILT: "success",
    State.RESTORED: "success",
    State.UP_TO_DATE: "quiet",
    State.FAILED: "failure",
    State.SKIPPED: "caution",
}
_REUSED_OR_BUILT = (State.BUILT, State.RESTORED)
_WIDEST_NAME = 40
_REST_OF_LINE = 45
_CHUNK_LINES = 200


class Detail(NamedTuple):
    """How much is shown."""

    explain: bool = False
    """Every target with all its reasons, also those that are up to date."""
    log_output: str = "failed"
    """Whose log is shown: `all`, `failed` or `none`."""
    restored: bool = True
    """Whether targets taken from the cache have a line of their own."""
    log_color: bool = True
    """Whether colors in logs stay."""
    columns: int = 120
    """Width that lines should keep to; longer names and reasons go beyond it."""


class ConsoleReporter:
    """Turns each event into lines and gives them to ``write``, which takes whole lines without the last line end."""

    def __init__(self, write: Callable[[str], object], ink: Ink, detail: Detail, *, opening: bool = True) -> None:
        self._write = write
        self._ink = ink
        self._detail = detail
        self._opening = opening
        self._width = 0
        self._unchanged: list[TargetResult] = []

    def __call__(self, event: Event) -> None:
        """Show ``event``, or nothing where it has nothing to say."""
        if isinstance(event, TargetFinished) and event.result.state is State.UP_TO_DATE:
            self._unchanged += [event.result] if self._detail.explain else []
            return
        self.flush()
        match event:
            case TargetFinished(result):
                self._finished(result)
            case TargetStarted(target):
                self._widen(len(target))
            case BuildStarted():
                self._started(event)
            case Warned(message, target):
                self._write(self._warning(message, target))
            case Waiting(owner):
                self._write(f"Waiting for another build in this build directory ({printable(owner)})")

    def flush(self) -> None:
        """Write what was held back: targets that are up to date come in rows, and their names are aligned together."""
        self._widen(max((len(printable(result.target)) for result in self._unchanged), default=0))
        lines = [line for result in self._unchanged for line in self._result_lines(result)]
        self._unchanged.clear()
        if lines:
            self._write("\n".join(lines))

    def _started(self, event: BuildStarted) -> None:
        self._widen(event.longest_name)
        if self._opening:
            targets = "1 target" if event.targets == 1 else f"{event.targets} targets"
            of = targets if event.to_do == event.targets else f"{event.to_do} of {targets}"
            self._write(f"Building {of}, {'1 job' if event.jobs == 1 else f'{event.jobs} jobs'}")

    def _widen(self, characters: int) -> None:
        room = max(12, min(_WIDEST_NAME, self._detail.columns - _REST_OF_LINE))
        self._width = min(max(self._width, characters), room)

    def _finished(self, result: TargetResult) -> None:
        if result.log is not None and self._detail.log_output == "all" and result.state in _REUSED_OR_BUILT:
            self._replay(printable(result.target), result.log)
        if self._is_shown(result.state):
            self._write("\n".join(self._result_lines(result)))

    def _is_shown(self, state: State) -> bool:
        if self._detail.explain or self._detail.log_output == "all":
            return True
        return self._detail.restored or state is not State.RESTORED

    def _replay(self, name: str, path: str) -> None:
        prefix = self._ink.paint(f"{name} |", "quiet")
        lines = (f"{prefix} {line}" for line in _readable(path, keep_color=self._detail.log_color))
        while chunk := list(islice(lines, _CHUNK_LINES)):
            self._write("\n".join(chunk))

    def _result_lines(self, result: TargetResult) -> Iterator[str]:
        name = printable(result.target)
        self._widen(len(name))
        word = f"{_WORDS[result.state]:<{10 if self._detail.explain else 8}}"
        seconds = in_words(result.seconds) if result.state not in (State.UP_TO_DATE, State.SKIPPED) else ""
        head = f"{name:<{self._width}}  {self._ink.paint(word, _STYLES[result.state])}  {seconds:>10}"
        first, *more = self._reasons(result) or [""]
        yield f"{head}  {first}".rstrip()
        indent = " " * (self._width + len(word) + 16)
        yield from (indent + reason for reason in more)

    def _reasons(self, result: TargetResult) -> list[str]:
        if result.failure is not None:
            return [_short(result.failure)]
        reasons = [printable(reason) for reason in result.because]
        if self._detail.explain:
            known = [] if result.differs is None else [f"not reproducible: {printable(result.differs)}"]
            words = ["because", *["       "] * len(reasons)]
            return [*(f"{word} {reason}" for word, reason in zip(words, reasons, strict=False)), *known]
        if not reasons:
            return []
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        return [f"because {reasons[0]}{more}"]

    def _warning(self, message: str, target: str | None) -> str:
        subject = f"{printable(target)}: " if target else ""
        return f"{self._ink.paint('warning:', 'caution')} {subject}{printable_lines(message)}"


def _short(failure: Failure) -> str:
    """How a target failed in a word; all that is to be said stands below its log."""
    if failure.exit_code is None:
        return printable(failure.message.partition("\n")[0])
    return " ".join(ending(failure.exit_code))


def ending(exit_code: int) -> tuple[str, str]:
    """Return label and value that tell how make ended; a negative ``exit_code`` is minus the signal."""
    return ("exit code", str(exit_code)) if exit_code >= 0 else ("signal", str(-exit_code))


def _readable(path: str, *, keep_color: bool) -> Iterator[str]:
    try:
        yield from log_lines(path, keep_color=keep_color)
    except OSError as error:
        yield f"(the log {printable(path)} cannot be read: {error.strerror})"


def log_block(path: str, *, keep_color: bool) -> Iterator[str]:
    """Yield a whole log in blocks of lines; a log that is empty says so."""
    lines = _readable(path, keep_color=keep_color)
    first = next(lines, "(make wrote nothing)")
    lines = chain([first], lines)
    while block := list(islice(lines, _CHUNK_LINES)):
        yield "\n".join(block)
