from __future__ import annotations

import contextlib
import io
import os
import pty
import subprocess
import sys

import pytest

from engine.report.console import Detail
from engine.report.reporter import BuildReporter, wants_live
from engine.report.stream import QuietStream
from engine.report.style import Ink
from engine.run.events import BuildStarted, State, TargetFinished, TargetStarted, Warned
from tests.report.results import result

HEAVY = "{'rich', 'anyio', 'asyncio', 'networkx', 'yaml', 'pathspec'}"
NOTHING_TO_DO = f"""
import sys
from engine.report.console import Detail
from engine.report.reporter import BuildReporter
from engine.report.stream import QuietStream
from engine.report.style import Ink
from engine.run.events import State, TargetFinished, TargetResult, Warned
with BuildReporter(QuietStream(sys.stderr), Ink(True), Detail(), live=True) as reporter:
    reporter(Warned("odd"))
    reporter(TargetFinished(TargetResult("Fn", State.UP_TO_DATE, None, 0.0, 1.0, (), None)))
print(sorted({HEAVY} & set(sys.modules)))
"""


def run_on_a_terminal(error: type[BaseException] | None) -> str:
    """Give a live reporter some events on a pseudo terminal and return all that the terminal received."""
    master, slave = pty.openpty()
    with open(slave, "w", encoding="utf-8") as terminal:
        try:
            with BuildReporter(QuietStream(terminal), Ink(True), Detail(restored=False), live=True) as reporter:
                reporter(BuildStarted(2, 2, 1))
                reporter(TargetStarted("Fn", ("never built",), None))
                reporter(TargetFinished(result("Fn", State.BUILT, "never built", seconds=1.0)))
                if error is not None:
                    raise error
        except KeyboardInterrupt:
            pass
        reporter.write("after")
    return received(master)


def received(master: int) -> str:
    """Read all that a closed terminal holds; it hands it out in pieces and ends with an error."""
    pieces = []
    with contextlib.suppress(OSError):
        while piece := os.read(master, 1 << 16):
            pieces.append(piece)
    os.close(master)
    return b"".join(pieces).decode()


@pytest.mark.parametrize("error", [None, KeyboardInterrupt])
def test_the_terminal_is_as_it_was_however_the_build_ends(error: type[BaseException] | None) -> None:
    text = run_on_a_terminal(error)
    assert "[1/2]" in text
    assert text.endswith("after\r\n")
    assert "\x1b[2K" in text.rpartition("[1/2]")[2]
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")
    assert "because never built\r\n" in text


def test_plain_lines_have_no_escape_sequences() -> None:
    target = io.StringIO()
    with BuildReporter(QuietStream(target), Ink(False), Detail(), live=False) as reporter:
        reporter(BuildStarted(2, 1, 1, longest_name=2))
        reporter(Warned("odd"))
        reporter(TargetFinished(result("Fn", State.BUILT, "never built", seconds=1.0)))
    assert target.getvalue().splitlines() == [
        "Building 1 of 2 targets, 1 job",
        "warning: odd",
        "Fn  built          1.0 s  because never built",
    ]


def test_nothing_to_do_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", NOTHING_TO_DO], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("environ", "terminal", "live"),
    [
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "xterm"}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"CI": "true"}, True, False),
        ({"CI": "false"}, True, True),
    ],
)
def test_wants_live(environ: dict[str, str], terminal: bool, live: bool) -> None:
    assert wants_live(environ, terminal=terminal) is live
