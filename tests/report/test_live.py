from __future__ import annotations

import io

from rich.console import Console

from engine.report.live import LiveDisplay
from engine.report.style import Ink
from engine.run.events import BuildStarted, Event, State, TargetFinished, TargetStarted
from tests.report.results import result


class Clock:
    """A clock that stands until it is moved."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def footer(display: LiveDisplay, width: int = 80, height: int = 25) -> list[str]:
    """Draw the footer as a terminal of that size would show it."""
    screen = Console(file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    with screen.capture() as capture:
        screen.print(display.footer())
    return capture.get().splitlines()


def display(*events: Event, clock: Clock | None = None) -> LiveDisplay:
    made = LiveDisplay(io.StringIO(), Ink(False), clock=clock or Clock())
    for event in events:
        made.note(event)
    return made


def started(*names: str) -> list[Event]:
    return [TargetStarted(name, ("never built",), None) for name in names]


def test_the_footer_shows_what_runs_for_how_long_and_the_counts() -> None:
    clock = Clock()
    shown = display(BuildStarted(12, 8, 4), *started("OrdersFunction", "SharedLayer"), clock=clock)
    clock.now_s = 1.26
    assert footer(shown) == ["  OrdersFunction  1.3 s", "  SharedLayer     1.3 s", "[0/8]"]


def test_long_times_are_told_in_minutes() -> None:
    clock = Clock()
    shown = display(BuildStarted(2, 2, 4), *started("A"), clock=clock)
    clock.now_s = 59.9
    assert footer(shown)[0] == "  A  59 s"
    clock.now_s = 185
    assert footer(shown)[0] == "  A  3 min 05 s"


def test_counts_and_the_time_left() -> None:
    shown = display(
        BuildStarted(4, 4, 1),
        TargetFinished(result("A", State.BUILT, seconds=30)),
        TargetFinished(result("B", State.RESTORED)),
        TargetFinished(result("C", State.FAILED)),
        TargetStarted("D", (), 30.0),
    )
    assert footer(shown)[-1] == "[3/4]  1 built  1 restored  1 failed  about 30 s left"


def test_a_narrow_terminal_cuts_and_never_wraps() -> None:
    names = ("ReportsNightlyAggregationFunction", "B")
    shown = display(BuildStarted(400, 400, 4), *started(*names), TargetFinished(result("A", State.BUILT, seconds=1)))
    lines = footer(shown, width=24)
    assert len(lines) == 3
    assert max(map(len, lines)) <= 24


def test_a_low_terminal_shows_the_first_and_counts_the_rest() -> None:
    shown = display(BuildStarted(60, 60, 40), *started(*(f"Fn{number:02}" for number in range(40))))
    lines = footer(shown)
    assert lines[0].startswith("  Fn00")
    assert lines[-2] == "  and 28 more"
    assert len(lines) == 14


def test_names_cannot_act_on_a_terminal() -> None:
    assert footer(display(BuildStarted(1, 1, 1), *started("F\x1b[2J[bold]n")))[0].startswith("  F\\x1b[2J[bold]n  ")


def test_lines_scroll_by_whole_and_the_footer_is_gone_at_the_end() -> None:
    screen = io.StringIO()
    shown = LiveDisplay(screen, Ink(True), clock=Clock())
    shown.note(BuildStarted(1, 1, 1))
    shown.start()
    shown.write("Fn | [bold]\x1b[31mred\x1b[0m :smile: " + "x" * 200)
    shown.stop()
    text = screen.getvalue()
    assert "Fn | [bold]\x1b[31mred\x1b[0m :smile: " + "x" * 200 + "\n" in text
    after_last_footer = text.rpartition("[0/1]")[2]
    assert "\x1b[2K" in after_last_footer
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")


def test_without_color_nothing_is_colored() -> None:
    screen = io.StringIO()
    shown = LiveDisplay(screen, Ink(False), clock=Clock())
    shown.start()
    shown.write("plain")
    shown.stop()
    assert not [part for part in screen.getvalue().split("\x1b[")[1:] if part.partition("m")[0].isdigit()]
