"""How a command speaks: its result to standard output, all else to standard error, as the settings want it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from engine.cli.settings import Settings
from engine.cli.streams import unwritten
from engine.report.console import Detail
from engine.report.reporter import BuildReporter, wants_live
from engine.report.stream import QuietStream
from engine.report.style import Ink, refuses_color, wants_color
from engine.run.events import TargetResult


class Telling:
    """The two streams of a command that builds."""

    def __init__(self, settings: Settings, *, live: bool = True) -> None:
        """Without `live` there is no live display, not even on a terminal."""
        self._settings = settings
        self._stdout, self._stderr = QuietStream(sys.stdout), QuietStream(sys.stderr)
        self._live = live and wants_live(os.environ, terminal=self._stderr.isatty())
        self.ink = self._ink_of(self._stderr)
        """Colors of standard error."""
        self.result_ink = self._ink_of(self._stdout)
        """Colors of standard output."""
        self._detail = Detail(
            explain=settings.explain,
            log_output=settings.log_output,
            restored=not self._live,
            columns=self._stderr.columns(),
            log_color=settings.color is not False and (settings.color is True or not refuses_color(os.environ)),
        )

    def _ink_of(self, stream: QuietStream) -> Ink:
        return Ink(wants_color(self._settings.color, os.environ, terminal=stream.isatty()))

    def notes(self) -> None:
        """Tell of options that have no effect."""
        for note in self._settings.notes:
            self.tell(f"{self.ink.paint('note:', 'accent')} {note}")

    def tell(self, text: str) -> None:
        """Write whole lines to standard error."""
        self._stderr.write(f"{text}\n")

    def reporter(self) -> BuildReporter:
        """What tells of a build as it goes."""
        return BuildReporter(self._stderr, self.ink, self._detail, live=self._live)

    def failures(self, results: Iterable[TargetResult]) -> None:
        """Tell of failed targets, with their logs."""
        from engine.report.failures import failure_blocks

        for text in failure_blocks(tuple(results), self.ink, self._detail, self._settings.options.cwd):
            self.tell(text)
        self.tell("")

    def result(self, text: str) -> None:
        """Write the result to standard output. Raises EnvironmentFault where that cannot be."""
        self._stdout.write(text)
        if self._stdout.failure is not None:
            raise unwritten(self._stdout.failure)

    def last_words(self, text: str) -> None:
        """Write what there is of a result when an error is on its way, which is told in any case."""
        self._stdout.write(text)
