"""Builds one target again, compares, and puts everything back as it was."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable

from cache.walk import UnreadableEntry
from engine.build import Built
from engine.build.faults import fault_of
from engine.build.state import state_dir_of
from engine.errors import BuildError, Interrupted
from engine.plan.action import Action
from engine.run.events import Failure
from engine.run.removal import remove_tree
from engine.verify.comparison import Side, compare
from engine.verify.difference import UMASK, Difference
from engine.verify.outcome import State, Verdict, in_short
from engine.verify.scratch import OtherScratch

_UNRECORDED = Failure(
    "its artifact is not recorded, so there is nothing to compare with",
    None,
    hint="build it while nothing edits its sources; it must hold only files, folders and links",
)
_DISTURBED = Failure("its inputs changed while it was built again", None, hint="verify it while nothing edits them")


class Again:
    """Verifies targets, one call each, from several threads; the verdicts are in `verdicts`, by full path."""

    def __init__(self, built: Built, tell: Callable[[Verdict], None]) -> None:
        """`tell` is called from the threads.

        Raises:
            EnvironmentFault: when there is no folder for scratch copies.
        """
        state_dir = state_dir_of(built.options.build_dir)
        self._built = built
        self._tell = tell
        self._artifacts = built.session.artifacts
        self._workshop = built.session.workshop()
        self._worker = built.session.worker()
        self._scratch = OtherScratch(state_dir)
        self._logs = os.path.join(state_dir, "verify")
        self._executor = self._workshop.executor(self._scratch, self._log_of, UMASK)
        self.verdicts: dict[str, Verdict] = {}

    def work(self, name: str) -> bool:
        """Verify a target; True, since whatever comes of it nothing else depends on it."""
        started = time.monotonic()
        try:
            with self._worker.turn(name):
                verdict = self._verdict(name, started)
        except Interrupted:
            verdict = Verdict(name, State.SKIPPED, None, 0.0)
        except BuildError as error:
            verdict = self._failed(name, None, started, Failure(error.message, None, error.rows, error.hint))
        except OSError as error:
            why, hint = fault_of(error)
            verdict = self._failed(name, None, started, Failure(f"it cannot be built here: {why}", None, (), hint))
        self.verdicts[name] = verdict
        self._tell(verdict)
        return True

    def _verdict(self, name: str, started: float) -> Verdict:
        action = self._worker.action(name)
        record = self._built.trace.record(name)
        if record is None or record.key != action.key:
            return self._failed(name, action.key, started, _UNRECORDED)
        try:
            again = self._worker.again(action, self._executor)
            failure = again.failure or (None if again.undisturbed else _DISTURBED)
            if failure is not None:
                return self._failed(name, action.key, started, failure)
            differences = self._compared(action)
        except UnreadableEntry as entry:
            return self._failed(name, action.key, started, Failure(f"it cannot be compared: {entry}", None))
        finally:
            self._bring_back(name)
        state = State.SAME if in_short(differences) is None else State.DIFFERS
        return Verdict(name, state, action.key, time.monotonic() - started, differences, None, self._log_of(name))

    def _compared(self, action: Action) -> tuple[Difference, ...]:
        name = action.target.full_path
        path, record = self._artifacts.path_of(name), self._built.trace.record(name)
        assert record is not None
        first = Side(record.output, self._artifacts.aside_of(name))
        return compare(first, Side(self._workshop.results.look(path), path), self._roots(action))

    def _roots(self, action: Action) -> tuple[str, ...]:
        """Folders of this build; other checkouts and machines, where the record may come from, have others."""
        options = self._built.options
        scratch = self._scratch.path_of(action.target.full_path)
        roots = (scratch, os.path.realpath(scratch), options.build_dir, os.path.dirname(options.template))
        return tuple(dict.fromkeys(root for root in roots if len(root) > 1))

    def _bring_back(self, name: str) -> None:
        """The artifact as it was before; the second one goes at once, so that disks need not hold all of both."""
        if os.path.lexists(self._artifacts.aside_of(name)):
            with contextlib.suppress(OSError):
                remove_tree(self._artifacts.path_of(name))
            self._artifacts.give_back(name)

    def _failed(self, name: str, key: str | None, started: float, failure: Failure) -> Verdict:
        log = self._log_of(name) if failure.exit_code is not None else None
        return Verdict(name, State.FAILED, key, time.monotonic() - started, (), failure, log)

    def _log_of(self, full_path: str) -> str:
        return os.path.join(self._logs, full_path + ".log")
