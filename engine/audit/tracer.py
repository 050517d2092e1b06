"""The tracer around make: strace, which writes what every process of a run asks the kernel for."""

from __future__ import annotations

import hashlib
import os
import shutil
from typing import NamedTuple

from engine.audit.strace import end_tracing, strace_argv
from engine.plan.action import Action
from engine.run.command import Command, Place


class Run(NamedTuple):
    """A traced run."""

    place: Place
    program: str
    """Absolute path of the make that ran."""
    trace: str
    """Absolute path of what strace wrote."""


class Tracer:
    """Puts strace around make, with a private file for each target (an `engine.run.command.Wrapper`)."""

    def __init__(self, strace: str, folder: str) -> None:
        """`strace` is the absolute path of the program, `folder` a resolved one that is made when it is needed."""
        self._strace = strace
        self._folder = folder
        self.runs: dict[str, Run] = {}
        """By full path."""

    def __call__(self, action: Action, command: Command, place: Place) -> Command:
        """The command under strace."""
        name = action.target.full_path
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        trace = os.path.join(self._folder, hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()[:16])
        self.runs[name] = Run(place, command.executable, trace)
        # strace looks make up as the engine did; given as a path, it would see that path as its name.
        found = shutil.which(command.argv[0], path=command.environ.get("PATH", ""))
        program = command.argv[0] if found == command.executable else command.executable
        return Command(self._strace, strace_argv(trace, (program, *command.argv[1:])), command.environ)

    def finish(self, full_path: str) -> None:
        """End what a target's run has left running, and wait until its trace is written; no run, nothing to do."""
        if full_path in self.runs:
            end_tracing(self.runs[full_path].trace)
