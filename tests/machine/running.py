"""Runs the engine: here, or in a child that is killed at a point of its work that is the same in every run."""

from __future__ import annotations

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from engine.build import run_build
from engine.build.options import BuildOptions
from engine.build.outcome import BuildOutcome
from engine.run.events import Event, TargetFinished, TargetResult

_CHANGES = frozenset(
    ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod", "os.truncate", "os.utime")
)
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Killed(NamedTuple):
    """A build in a child."""

    died: bool
    """Whether it was killed, rather than at its end before that."""
    finished: tuple[TargetResult, ...]
    """The targets that had come to an end."""


def build(options: BuildOptions, environ: dict[str, str]) -> tuple[BuildOutcome, list[Event]]:
    """One build in this process, and what it told."""
    events: list[Event] = []
    return run_build(options, events.append, environ), events


def build_and_kill(options: BuildOptions, environ: dict[str, str], at_change: int | None) -> Killed:
    """One build in a child, killed right before its `at_change`th change of a file (None: by whom it runs)."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of Python 3.12, about threads that are not there
        child = os.fork()
    if child == 0:
        os.close(reading)
        _live(options, environ, at_change, writing)
    os.close(writing)
    with open(reading, "rb") as pipe:
        told = pipe.read().decode().splitlines()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL), told
    return Killed(status != 0, tuple(_result(line) for line in told))


def _live(options: BuildOptions, environ: dict[str, str], at_change: int | None, writing: int) -> None:
    """The child's whole life: nothing of the parent's is flushed, closed or cleaned up by it."""
    code = 1
    try:
        if at_change is not None:
            sys.addaudithook(_killer(at_change))
        run_build(options, lambda event: _tell(event, writing), environ)
        code = 0
    except BaseException:
        os.write(writing, traceback.format_exc().encode())
    finally:
        os._exit(code)


def _killer(at_change: int) -> Callable[[str, tuple[Any, ...]], None]:
    left = at_change

    def hear(event: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        if event in _CHANGES or (event == "open" and isinstance(args[2], int) and args[2] & _WRITES):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return hear


def _tell(event: Event, writing: int) -> None:
    if isinstance(event, TargetFinished):
        result = event.result
        os.write(writing, f"{result.target} {result.state} {result.key}\n".encode())


def _result(line: str) -> TargetResult:
    from engine.run.events import State

    target, state, key = line.split()
    return TargetResult(target, State(state), key, 0.0, 0.0, (), None)
