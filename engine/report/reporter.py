"""The reporter of a build: plain lines, and on a terminal a live display for as long as something runs."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self

from engine.report.console import ConsoleReporter, Detail
from engine.report.stream import QuietStream
from engine.report.style import Ink
from engine.run.events import BuildStarted, Event

if TYPE_CHECKING:
    from engine.report.live import LiveDisplay


class BuildReporter:
    """A context manager and the callable that a build gives its events to.

    On leaving, however that happens, the terminal is as it was. The live display is imported with the first
    ``BuildStarted``: a build with nothing to do never loads it.
    """

    def __init__(self, stream: QuietStream, ink: Ink, detail: Detail, *, live: bool) -> None:
        self._stream = stream
        self._ink = ink
        self._live = live
        self._display: LiveDisplay | None = None
        self._console = ConsoleReporter(self.write, ink, detail, opening=not live)

    def __call__(self, event: Event) -> None:
        """Show ``event``."""
        if self._live and self._display is None and isinstance(event, BuildStarted):
            from engine.report.live import open_display

            self._display = open_display(self._stream, self._ink, event)
        elif self._display is not None:
            self._display.note(event)
        self._console(event)

    def write(self, text: str) -> None:
        """Write whole lines, above the live display where there is one."""
        if self._display is not None:
            self._display.write(text)
        else:
            self._stream.write(f"{text}\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._console.flush()
        display, self._display = self._display, None
        if display is not None:
            display.stop()


def wants_live(environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Say whether a live display is of use: on a terminal that can move its cursor, and not under a CI service."""
    return terminal and environ.get("TERM") != "dumb" and environ.get("CI", "").lower() in ("", "0", "false")
