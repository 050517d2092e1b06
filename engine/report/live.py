"""The live display of a terminal: what runs and for how long, and one line of counts below all that scrolls by."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TextIO, cast

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from engine.report.duration import roughly
from engine.report.escape import printable
from engine.report.progress import Progress, Running
from engine.report.style import Ink
from engine.run.events import BuildStarted, Event, State, TargetFinished, TargetStarted

_REFRESHES_PER_SECOND = 8
_MAX_ROWS = 12
_COUNTED = (
    (State.BUILT, "built"),
    (State.RESTORED, "restored"),
    (State.FAILED, "failed"),
    (State.SKIPPED, "skipped"),
)


class LiveDisplay:
    """Draws a footer below the lines that it is given, from ``start`` to ``stop``.

    The footer is drawn by a thread of its own, so that times go on while the event loop is busy.
    """

    def __init__(self, stream: TextIO, ink: Ink, *, clock: Callable[[], float] = time.monotonic) -> None:
        # The sizes that COLUMNS and LINES claim do not follow a resize; rich would prefer them to the terminal's.
        self._console = Console(
            file=stream,
            force_terminal=True,
            color_system="truecolor" if ink.enabled else None,
            highlight=False,
            emoji=False,
            _environ={},
        )
        self._clock = clock
        self.progress = Progress()
        self._live = Live(
            console=self._console,
            get_renderable=self.footer,
            refresh_per_second=_REFRESHES_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def start(self) -> None:
        """Show the footer."""
        self._live.start()
        # A process that is killed leaves the terminal as it is: with a cursor that nobody would show again.
        self._console.show_cursor(True)

    def stop(self) -> None:
        """Erase the footer; the lines above it stay."""
        self._live.stop()

    def note(self, event: Event) -> None:
        """Let the footer know about ``event``."""
        match event:
            case BuildStarted():
                self.progress.started(event)
            case TargetStarted():
                self.progress.target_started(event, self._clock())
            case TargetFinished(result):
                self.progress.target_finished(result)

    def write(self, text: str) -> None:
        """Print whole lines above the footer."""
        self._console.print(Text.from_ansi(text), soft_wrap=True)

    def footer(self) -> Group:
        """Return what is drawn now: one row for each running target, then the counts; nothing wraps."""
        now_s = self._clock()
        running = sorted(self.progress.running, key=lambda r: r.since_s)
        shown = running[: max(1, min(_MAX_ROWS, self._console.height - 4))]
        lines = [*self._rows(shown, now_s)]
        if len(running) > len(shown):
            lines.append(Text(f"  and {len(running) - len(shown)} more", style="dim"))
        return Group(*(_one_line(line) for line in [*lines, self._counts(now_s)]))

    def _rows(self, shown: list[Running], now_s: float) -> Iterator[Text]:
        names = [printable(row.target) for row in shown]
        room = max(8, self._console.width - 12)
        width = min(max(map(len, names), default=0), room)
        for row, name in zip(shown, names, strict=True):
            yield Text.assemble(f"  {_cut(name, width):<{width}}  ", (_elapsed(now_s - row.since_s), "dim"))

    def _counts(self, now_s: float) -> Text:
        progress = self.progress
        parts = [f"{progress.count(state)} {word}" for state, word in _COUNTED if progress.count(state)]
        left_s = progress.seconds_left(now_s)
        if left_s is not None and progress.left:
            parts.append(f"about {roughly(left_s)} left")
        return Text.assemble((f"[{progress.done}/{progress.to_do}]", "bold"), "".join(f"  {part}" for part in parts))


def _one_line(line: Text) -> Text:
    line.no_wrap = True
    line.overflow = "ellipsis"
    return line


def _cut(name: str, width: int) -> str:
    return name if len(name) <= width else f"{name[: width - 1]}…"


def _elapsed(seconds: float) -> str:
    """Whole seconds after the first ten, so that long rows stand still."""
    whole = int(seconds)
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02} s"


def open_display(stream: object, ink: Ink, event: BuildStarted) -> LiveDisplay:
    """Return a display on ``stream`` that has started and knows of ``event``."""
    display = LiveDisplay(cast(TextIO, stream), ink)
    display.note(event)
    display.start()
    return display
