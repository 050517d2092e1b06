"""The standard streams of the process: there even where the caller closed them, and never lost in silence."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.errors import EnvironmentFault

_STREAMS = {"stdin": "r", "stdout": "w", "stderr": "w"}


def open_closed_streams() -> None:
    """Give the process the standard streams that its caller closed (`>&-`): they lead to nowhere.

    Python has None in their place, and the next file that is opened would get their descriptor: what is meant for the
    terminal could end in it.
    """
    for name, mode in _STREAMS.items():
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_RDWR)  # the lowest free descriptor: the stream's own
            setattr(sys, name, os.fdopen(nowhere, mode, encoding="utf-8", errors="backslashreplace", closefd=False))


def write_results(text: str) -> None:
    """Write to standard output. Raises EnvironmentFault where that cannot be; a reader that left is no fault."""
    from engine.report.stream import QuietStream

    stream = QuietStream(sys.stdout)
    stream.write(text)
    if stream.failure is not None:
        raise unwritten(stream.failure)


def flush_results() -> EnvironmentFault | None:
    """Hand on what standard output still holds; the fault where that cannot be."""
    from engine.report.stream import QuietStream

    stream = QuietStream(sys.stdout)
    stream.flush()
    return None if stream.failure is None else unwritten(stream.failure)


def unwritten(error: OSError) -> EnvironmentFault:
    """What is told when standard output does not take the result."""
    from engine.errors import EnvironmentFault

    return EnvironmentFault(
        f"The result cannot be written to standard output: {error.strerror or error}",
        hint="make room where standard output leads, or write elsewhere",
    )
