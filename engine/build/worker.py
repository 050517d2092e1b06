"""The work on one target: decide, then keep, restore or run, and record what came of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from cache.errors import ChangedWhileRead
from cache.snapshot import assemble
from cache.walk import UnreadableEntry
from engine.build.endings import Endings
from engine.build.faults import fault_of
from engine.build.inplace import InPlace, Watch
from engine.build.recorder import Recorder
from engine.build.results import Results, seconds_of
from engine.build.settling import Settling
from engine.errors import BuildError, Interrupted
from engine.make.diagnosis import diagnose
from engine.plan.action import Action
from engine.plan.graph import Graph
from engine.plan.rebuilder import Restore, Run, UpToDate
from engine.plan.trace import UNRECORDED_KEY, TargetRecord, Trace
from engine.run.artifacts import Artifacts
from engine.run.events import Failure, Reporter, State, TargetStarted, Warned
from engine.run.executor import Executor, Ran

if TYPE_CHECKING:
    from cache.materialise import LinkMode
    from cache.wire import ActionResult


_SHOWN = 3
"""Names of files in a warning."""


class Tools(NamedTuple):
    """What a worker works with."""

    trace: Trace
    settling: Settling
    endings: Endings
    results: Results
    artifacts: Artifacts
    executor: Executor
    recorder: Recorder
    in_place: InPlace
    log_of: Callable[[str], str]
    link_mode: LinkMode
    timeout_s: float | None
    hint: Callable[[Action, str, str | None], str | None]
    """(action, path of the log, the hint so far) -> the hint of a failed run."""


class Again(NamedTuple):
    """A second run of a target: what it left lies in place until `Artifacts.give_back` brings the artifact back."""

    ran: Ran
    failure: Failure | None
    undisturbed: bool
    """Whether it read exactly what the key names."""


class Worker:
    """Brings targets to an end, one call each, from several threads."""

    def __init__(self, tools: Tools, graph: Graph, report: Reporter) -> None:
        self._tools = tools
        self._graph = graph
        self._report = report
        self._deciding = Lock()

    def work(self, name: str) -> bool:
        """Bring one target to its end, in any thread; whether it has its artifact."""
        started = time.monotonic()
        try:
            with self.turn(name):
                return self._work(name, started)
        except Interrupted:
            self._tools.endings.skip(name, "interrupted")
        except BuildError as error:
            self._tools.endings.failed(name, None, started, (), Failure(error.message, None, error.rows, error.hint))
        except OSError as error:
            why, hint = fault_of(error)
            self._tools.endings.failed(
                name, None, started, (), Failure(f"{name} cannot be built here: {why}", None, (), hint)
            )
        return False

    def _work(self, name: str, started: float) -> bool:
        decision = self._decide_alone(name)
        if isinstance(decision, UpToDate):
            self._tools.endings.up_to_date(name, decision.record, started)
            return True
        if isinstance(decision, Restore):
            restored = self._restore(decision)
            if restored is not None:
                self._tools.trace.heard(name, restored.seconds)
                self._succeeded(name, State.RESTORED, restored, started, decision.because)
                return True
        return self._run(decision.action, decision.because, started)

    def _decide_alone(self, name: str) -> UpToDate | Restore[ActionResult] | Run:
        with self._deciding:  # a scan is shared by every target of its directory
            self._look_anew(name)
            return self._tools.settling.decide(name)

    def _look_anew(self, name: str) -> None:
        """Forget what was seen before another target may have worked in this one's directories."""
        if self._tools.in_place.places(self._tools.settling.target(name)):
            self._tools.settling.look_anew()

    def _anew(self, name: str) -> Action:
        """The action of a target as it would be made now.

        Raises:
            BuildError: when it cannot be made.
        """
        with self._deciding:
            self._look_anew(name)
            return self._tools.settling.action_of(name)

    def action(self, name: str) -> Action:
        """The action of a target whose dependencies have ended, in any thread.

        Raises:
            BuildError: when it cannot be made.
        """
        return self._decide_alone(name).action

    def turn(self, name: str) -> AbstractContextManager[None]:
        """Keeps others out of the directories that a target's make works in: around `action` and `again`."""
        return self._tools.in_place.turn(self._tools.settling.target(name))

    def again(self, action: Action, executor: Executor) -> Again:
        """Run make by `executor` once more for a target that has its artifact; nothing is recorded.

        Raises:
            OSError, Interrupted: as of `Executor.run`; the artifact is back in place then.
        """
        name = action.target.full_path
        with self._deciding:
            self._make_real(self._graph.after[name])
        with self._tools.in_place.watched(action, lambda: self._anew(name)) as watch:
            ran = executor.run(action)
        undisturbed = ran.faithful and not watch.edited and self._tools.recorder.undisturbed(action, ran, watch)
        return Again(ran, self._failure(action, ran), undisturbed)

    def _restore(self, decision: Restore[ActionResult]) -> TargetRecord | None:
        tools, action = self._tools, decision.action
        name = action.target.full_path
        staged = tools.artifacts.staging_for(name)
        output = tools.results.restore(action.key, decision.result, staged, tools.log_of(name), tools.link_mode)
        if output is None:
            return None
        tools.artifacts.swap_in(name, staged)
        return TargetRecord(action.key, action.manifest, output, output.digest, seconds_of(decision.result))

    def _run(self, action: Action, because: tuple[str, ...], started: float) -> bool:
        name = action.target.full_path
        self._report(TargetStarted(name, because, self._tools.trace.seconds.get(name)))
        with self._deciding:
            self._make_real(self._graph.after[name])
        if action.tree is None:
            missing = action.target.code_dir
            self._report(Warned(f"Skipping copy operation since source {missing} does not exist", name))
        for warning in action.warnings:
            self._report(Warned(warning, name))
        with self._tools.in_place.watched(action, lambda: self._anew(name)) as watch:
            ran = self._tools.executor.run(action)
        failure = self._failure(action, ran)
        self._tools.trace.peaked(name, ran.exit.peak_bytes, succeeded=failure is None)
        if failure is not None:
            self._tools.endings.failed(name, action.key, started, because, failure, self._tools.endings.log(name))
            return False
        try:
            record = self._tools.recorder.record(action, ran, watch)
        except (UnreadableEntry, ChangedWhileRead) as entry:
            nothing = assemble([], [], [], follow=False)
            record = TargetRecord(UNRECORDED_KEY, action.manifest, nothing, f"unread {time.time_ns()}", ran.seconds)
            self._report(Warned(f"make left what cannot be recorded: {entry}", name))
        else:
            self._warn_of(name, record, watch)
        self._tools.artifacts.keep(name)
        self._tools.trace.took(name, ran.seconds)
        self._succeeded(name, State.BUILT, record, started, because)
        return True

    def _make_real(self, names: Iterable[str]) -> None:
        """Put copies in place of artifact directories that are links: make may copy them, and must not write there."""
        from shutil import copytree

        tools = self._tools
        for name in names:
            path, record = tools.artifacts.path_of(name), tools.trace.record(name)
            if record is not None and os.path.islink(path):
                staged = tools.artifacts.staging_for(name)
                copytree(os.path.realpath(path), staged, symlinks=True)
                tools.artifacts.swap_in(name, staged)
                tools.trace.remember(name, record._replace(output=tools.results.look(path)))

    def _warn_of(self, name: str, record: TargetRecord, watch: Watch) -> None:
        if not record.output.files and not record.output.links:
            self._report(Warned("make left nothing in ARTIFACTS_DIR", name))
        if record.key == UNRECORDED_KEY:
            self._report(Warned(f"{_changed(watch)} while it was built: the result is used, but not recorded", name))
            if watch.edited:
                self._report(Warned("if make itself changes such files, name them in BuildProperties.Ignore", name))

    def _failure(self, action: Action, ran: Ran) -> Failure | None:
        if ran.exit.code == 0 and not ran.exit.timed_out:
            return self._missing(action)
        limit_s = self._tools.timeout_s if ran.exit.timed_out else None
        target = action.target
        said = diagnose(ran.log, target.makefile, target.make_target, ran.exit.code, limit_s)
        rows = (("target", target.make_target), ("makefile", target.makefile))
        hint = self._tools.hint(action, ran.log, said.hint)
        return Failure(said.message, None if ran.exit.timed_out else ran.exit.code, rows, hint)

    def _missing(self, action: Action) -> Failure | None:
        directory = self._tools.artifacts.path_of(action.target.full_path)
        if os.path.isdir(directory) and not os.path.islink(directory):
            return None
        rows = (("target", action.target.make_target), ("ARTIFACTS_DIR", directory))
        return Failure("make removed or replaced its ARTIFACTS_DIR", 0, rows, "let the target only write into it")

    def _succeeded(
        self, name: str, state: State, record: TargetRecord, started: float, because: tuple[str, ...]
    ) -> None:
        self._tools.trace.remember(name, record)
        self._tools.endings.succeeded(name, state, record, started, because)


def _changed(watch: Watch) -> str:
    """What of the inputs changed, where that is known."""
    if not watch.edited:
        return "its inputs changed"
    shown = [os.path.basename(path) for path in watch.edited[:_SHOWN]]
    more = len(watch.edited) - len(shown)
    return "its inputs changed (" + ", ".join(shown) + (f" and {more} more)" if more else ")")
