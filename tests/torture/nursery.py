"""Processes forked from one that has imported the engine and runs no thread: whole builds that start at once."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.build import run_build
from engine.build.faults import fault_of
from engine.build.options import BuildOptions
from engine.errors import BuildError
from engine.run.events import Event, TargetFinished, Warned
from tests.torture.steps import Steps

_PATIENCE_S = 60.0


class Child:
    """A process that runs some work."""

    def __init__(self, process: Any, told: Path) -> None:
        self._process = process
        self._told = told
        self.pid: int = process.pid

    def end(self) -> bool:
        """Wait for its end; whether it was killed. It fails where it ended otherwise, but well."""
        self._process.join(_PATIENCE_S)
        code: int | None = self._process.exitcode
        assert code in (0, -signal.SIGKILL), f"the process ended with {code}: {self._told.read_text()}"
        self._process.close()
        return code != 0

    def kill_after(self, delay_s: float) -> None:
        """Kill it when it has run for so long, if it has not ended."""
        self._process.join(delay_s)
        self._process.kill()

    def stops(self) -> bool:
        """Wait until it stops or ends; whether it stopped. `go_on` continues it."""
        while self._process.exitcode is None:
            with suppress(FileNotFoundError):  # it ends just now
                status = Path(f"/proc/{self.pid}/stat").read_bytes()
                if status.rpartition(b")")[2].split()[0] == b"T":
                    return True
            os.sched_yield()
        return False

    def go_on(self) -> None:
        """Continue it after `stops`."""
        os.kill(self.pid, signal.SIGCONT)

    def told(self, kind: str) -> list[str]:
        """What it has told of this kind so far: `finished`, `failed`, `warned`, `error` or `steps`."""
        lines = [line.partition(" ") for line in self._told.read_text().splitlines()]
        return [rest for said, _, rest in lines if said == kind]

    @property
    def finished(self) -> dict[str, str]:
        """State of each target that has ended so far in a build."""
        return {name: state for name, _, state in (line.partition(" ") for line in self.told("finished"))}

    @property
    def steps(self) -> int:
        """How many steps it took; 0 where it did not live to tell."""
        return int(next(iter(self.told("steps")), "0"))


class Tell:
    """How a child tells what it does: a line at once in a file."""

    def __init__(self, path: str) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)

    def __call__(self, kind: str, text: str) -> None:
        os.write(self._descriptor, f"{kind} {text}\n".encode(errors="replace"))


Work = Callable[..., object]
"""Takes a `Tell`, then its arguments; importable by its name."""
Watch = Callable[[], Steps]
"""Makes the count of a process's steps, in that process; a partial of `Steps`, since it is sent there."""


class Nursery:
    """Starts the processes; their words lie in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._context: Any = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["anyio", "anyio._backends._asyncio", "networkx", "yaml", __name__])
        self._folder = folder
        self._numbers = itertools.count()

    def start(self, work: Work, *args: Any, watch: Watch | None = None) -> Child:
        """Run `work(tell, *args)` in a new process."""
        told = self._folder / f"told-{next(self._numbers)}"
        told.write_bytes(b"")
        process = self._context.Process(target=_live, args=(str(told), work, args, watch))
        process.start()
        return Child(process, told)

    def build(self, options: BuildOptions, *, watch: Watch | None = None) -> Child:
        """Start a build, which tells of each target that ended and of warnings."""
        return self.start(build, options, watch=watch)


def _live(told: str, work: Work, args: tuple[Any, ...], watch: Watch | None) -> None:
    tell = Tell(told)
    steps = watch() if watch is not None else None
    work(tell, *args)
    if steps is not None:
        tell("steps", str(steps.taken))


def build(tell: Tell, options: BuildOptions) -> None:
    def report(event: Event) -> None:
        if isinstance(event, TargetFinished):
            result = event.result
            tell("finished", f"{result.target} {result.state}")
            if result.failure is not None:
                tell("failed", f"{result.target}: {result.failure.message} ({result.failure.hint})")
        elif isinstance(event, Warned):
            tell("warned", event.message)

    try:
        run_build(options, report)
    except BuildError as error:
        tell("error", f"{error.message} ({error.hint})")
    except OSError as error:  # which the command line tells as it is, where it knows a way out
        if fault_of(error).hint is None:
            raise
        tell("error", "{} ({})".format(*fault_of(error)))
