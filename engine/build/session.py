"""One build of a project: its parts, wired together."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, cast

from cache import snapshot
from cache.snapshot import Snapshot
from engine.build.options import BuildOptions
from engine.build.recorder import Recorder
from engine.build.results import Results
from engine.build.state import log_path
from engine.build.template import Planned
from engine.build.tools import ToolOutput, known_make_version
from engine.build.worker import Tools, Worker
from engine.make.flags import heeded_environment
from engine.make.includes import makefiles_read
from engine.make.invocation import find_make, make_environment
from engine.make.jobserver import outer_pool
from engine.plan.action import Actions, Circumstances, checkout_root
from engine.plan.estimates import estimate
from engine.plan.lookahead import look_ahead
from engine.plan.makefiles import Makefiles
from engine.plan.rebuilder import Rebuilder
from engine.plan.scan import Scanner
from engine.plan.trace import Trace
from engine.run.artifacts import Artifacts
from engine.run.cores import usable_cores
from engine.run.events import Event, Reporter, Warned
from engine.run.executor import LocalExecutor, working_directory
from engine.run.jobserver import Jobserver
from engine.run.memory import Memory, available_bytes, resident_bytes
from engine.run.process import Processes
from engine.run.removal import remove_tree
from engine.run.scratch import Scratch, copy_tree
from engine.sam.target import Target

if TYPE_CHECKING:
    from cache.disk import DiskStore
    from cache.materialise import LinkMode
    from cache.wire import ActionResult


class Session:
    """The parts that one build works with."""

    def __init__(
        self,
        options: BuildOptions,
        planned: Planned,
        trace: Trace,
        state_dir: str,
        environ: dict[str, str],
        processes: Processes,
        report: Reporter,
    ) -> None:
        """Look at the machine; nothing is scanned yet.

        Raises:
            EnvironmentFault: when there is no make.
            InputError: when an outer make says not to run anything.
        """
        self._options = options
        self._trace = trace
        self._environ = heeded_environment(environ)
        self._outer_pool = outer_pool(environ)
        self._jobserver = Jobserver()
        self._state_dir = state_dir
        self._make = find_make(environ)
        self._clock_ns = snapshot.filesystem_clock_ns(state_dir)
        build_toml = os.path.join(os.path.dirname(options.build_dir), "build.toml")
        self._own = (options.build_dir, state_dir, options.cache_dir, build_toml)
        self.scratch = Scratch(state_dir)
        self.processes = processes
        self.artifacts = Artifacts(options.build_dir, state_dir)
        self.store: DiskStore = _store(options)
        self.worker = self._worker(planned, _one_at_a_time(report))

    def _worker(self, planned: Planned, report: Reporter) -> Worker:
        options = self._options
        results = Results(self.store, lambda message: report(Warned(message)), self._state_dir)
        scanner = self._scanner()
        path_of = self.artifacts.path_of
        links = options.link_mode == "symlink"
        rebuilder: Rebuilder[ActionResult] = Rebuilder(
            self._trace, self._clock_ns, path_of, results.find, use_cache=options.use_cache, links=links
        )
        tools = Tools(
            trace=self._trace,
            actions=self._actions(scanner),
            rebuilder=rebuilder,
            results=results,
            artifacts=self.artifacts,
            executor=self._executor(),
            recorder=Recorder(results, path_of, self._scanner, in_source=options.build_in_source),
            log_of=self._log_of,
            link_mode=cast("LinkMode", options.link_mode),
            timeout_s=options.timeout_s,
        )
        self._look_ahead = partial(
            look_ahead, planned.targets, self._trace, scanner, rebuilder, path_of, usable_cores()
        )
        return Worker(tools, {target.full_path: target for target in planned.targets}, planned.graph, report)

    def settle(self, stop: Callable[[], bool]) -> list[str]:
        """End every target that is up to date; returns the others. See `Worker.settle`."""
        if not self._options.use_cache:
            return self.worker.settle(stop)
        with self._look_ahead():
            return self.worker.settle(stop)

    def _actions(self, scanner: Scanner) -> Actions:
        project_dir = os.path.dirname(self._options.template)
        system = os.uname()
        circumstances = Circumstances(
            project_dir=project_dir,
            checkout=checkout_root(project_dir),
            platform=f"{system.sysname}-{system.machine}",
            make_version=known_make_version(self._trace, self._make),
            environ=self._environ,
            build_in_source=self._options.build_in_source,
        )
        makefiles = Makefiles(self._trace, scanner, self._environ, self._ask_make)
        return Actions(circumstances, scanner, makefiles, ToolOutput(self.processes.run, self._environ, project_dir))

    def _executor(self) -> LocalExecutor:
        return LocalExecutor(
            processes=self.processes,
            jobserver=self._jobserver,
            make=self._make,
            environ=self._environ,
            scratch=self.scratch,
            artifacts=self.artifacts,
            log_of=self._log_of,
            timeout_s=self._options.timeout_s,
            in_source=self._options.build_in_source,
        )

    def memory(self, planned: Planned) -> Memory:
        """What decides by memory which targets may start."""
        return Memory(
            estimate(planned.everything, self._trace.memory_bytes),
            self._options.memory_limit_bytes,
            available_bytes,
            lambda: resident_bytes(self.processes.running),
        )

    @contextlib.contextmanager
    def slots(self, report: Reporter) -> Iterator[Jobserver]:
        """The job slots of everything that runs, the outer make's where there is one."""
        try:
            if self._options.jobserver:
                self._jobserver.open(self._options.jobs, self.scratch.root, self._outer_pool)
        except OSError as error:
            report(Warned(f"{self.scratch.root}: job slots cannot be shared with cargo and make: {error.strerror}"))
        try:
            yield self._jobserver
        finally:
            self._jobserver.close()

    def _log_of(self, full_path: str) -> str:
        return log_path(self._state_dir, full_path)

    def _scanner(self) -> Scanner:
        return Scanner(self._trace, snapshot.filesystem_clock_ns(self._state_dir), self._own)

    def _ask_make(self, target: Target, tree: Snapshot | None, own: bool) -> tuple[str, ...]:
        """What a makefile includes, asked in a private copy of the code directory."""
        private = tempfile.mkdtemp(prefix="makefiles-", dir=self.scratch.root)
        nobodys = os.path.join(self.scratch.root, "artifacts", "Unknown")
        try:
            if tree is not None:
                copy_tree(target.code_dir, private, tree)
            return makefiles_read(
                target.makefile,
                target.make_target,
                cwd=working_directory(target, private),
                private=private,
                environ=make_environment(
                    self._environ, self.artifacts.path_of(target.built_as or target.full_path) if own else nobodys
                ),
                run=self.processes.run,
            )
        finally:
            for path in (private, os.path.dirname(nobodys)):
                with contextlib.suppress(OSError):
                    remove_tree(path)


def _store(options: BuildOptions) -> DiskStore:
    from cache.disk import DiskStore

    return DiskStore(options.cache_dir)


def _one_at_a_time(report: Reporter) -> Reporter:
    """`report` for several threads."""
    lock = Lock()

    def tell(event: Event) -> None:
        with lock:
            report(event)

    return tell
