"""Executors run one action; the local one runs make in a scratch copy, as `sam build` does."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from cache.snapshot import filesystem_clock_ns
from engine.make.invocation import UMASK, make_argv, make_environment
from engine.plan.action import Action
from engine.run.artifacts import Artifacts
from engine.run.command import Command, Place, Wrapper, bare
from engine.run.jobserver import Jobserver
from engine.run.process import Exit, Processes
from engine.run.removal import remove_tree
from engine.run.scratch import Scratch
from engine.sam.target import Target

_SIGNALLED = 128
"""make ends with 0, 1 or 2; more is what a wrapper says of the signal that killed make, as shells do."""


class Ran(NamedTuple):
    """What came of running an action. A failure is a value here."""

    exit: Exit
    seconds: float
    log: str
    """Absolute path of what make wrote."""
    faithful: bool
    """Whether the scratch copy is exactly what the key names."""
    clock_ns: int
    """The file system's clock when the run began."""


class Executor(Protocol):
    """Runs an action so that its artifact directory is filled; on failure the last good artifact is back."""

    def run(self, action: Action) -> Ran:
        """Run `action` to its end, in the calling thread.

        Raises:
            OSError: when it cannot be started, for want of space, permission or file descriptors.
            Interrupted: when the build was interrupted.
        """
        ...


class LocalExecutor:
    """Runs make on this machine, each action in a scratch copy of its code directory."""

    def __init__(
        self,
        *,
        processes: Processes,
        jobserver: Jobserver,
        make: str,
        environ: dict[str, str],
        scratch: Scratch,
        artifacts: Artifacts,
        log_of: Callable[[str], str],
        timeout_s: float | None,
        in_source: bool,
        wrapper: Wrapper = bare,
        umask: int = UMASK,
    ) -> None:
        """`log_of` gives the absolute path of a target's log; `wrapper` puts something around make."""
        self._processes = processes
        self._jobserver = jobserver
        self._make = make
        self._environ = environ
        self._scratch = scratch
        self._artifacts = artifacts
        self._log_of = log_of
        self._timeout_s = timeout_s
        self._in_source = in_source
        self._wrapper = wrapper
        self._umask = umask

    def run(self, action: Action) -> Ran:
        """Run make for `action`; see `Executor.run`."""
        name = action.target.full_path
        succeeded = False
        started = time.monotonic()
        clock_ns = filesystem_clock_ns(self._scratch.root)
        try:
            place, faithful = self._prepare(action)
            result = self._make_it(action, place)
            succeeded = result.code == 0 and not result.timed_out
        finally:
            self._clean_up(name, succeeded)
        return Ran(result, time.monotonic() - started, self._log_of(name), faithful, clock_ns)

    def _prepare(self, action: Action) -> tuple[Place, bool]:
        target = action.target
        self._start_log(target.full_path)
        if self._in_source:
            root, faithful = target.code_dir, True
        else:
            root, faithful = self._scratch.copy(target.full_path, target.code_dir, action.tree)
        place = Place(root, working_directory(target, root), self._artifacts.begin(target.full_path))
        return place, faithful

    def _start_log(self, name: str) -> None:
        """An empty log, so that a run that cannot start does not show what an earlier one said."""
        log = self._log_of(name)
        os.makedirs(os.path.dirname(log), exist_ok=True)
        remove_tree(log)  # whatever lies there: nothing is written through a link
        os.close(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644))

    def _make_it(self, action: Action, place: Place) -> Exit:
        target = action.target
        environ, inherited = self._jobserver.joined(
            make_environment(self._environ, place.artifacts_dir), parallel=target.properties.parallel
        )
        plain = Command(self._make, make_argv(target.makefile, target.make_target), environ)
        command = self._wrapper(action, plain, place)
        log = os.open(self._log_of(target.full_path), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        try:
            ended = self._processes.run(
                command.argv,
                executable=command.executable,
                cwd=place.cwd,
                environ=command.environ,
                output=log,
                timeout_s=self._timeout_s,
                inherited=inherited,
                umask=self._umask,
            )
        finally:
            os.close(log)
        return ended._replace(code=_SIGNALLED - ended.code) if ended.code > _SIGNALLED else ended

    def _clean_up(self, name: str, succeeded: bool) -> None:
        if not succeeded:
            self._artifacts.give_back(name)
        with contextlib.suppress(OSError):  # another user's files, as containers leave them, are no failed build
            self._scratch.remove(name)


def working_directory(target: Target, root: str) -> str:
    """Where make runs: `root`, or what WorkingDirectory is there; one outside the code directory is used in place."""
    working_dir, code_dir = target.working_dir, target.code_dir.rstrip("/")
    if working_dir is None:
        return root
    if working_dir == code_dir or working_dir.startswith(code_dir + "/"):
        return os.path.normpath(root + working_dir[len(code_dir) :])
    return working_dir
