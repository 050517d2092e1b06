"""One build of a project: its parts, wired together; those that run targets only when one must run."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from cache import snapshot
from cache.snapshot import Snapshot
from engine.build.endings import Endings
from engine.build.options import BuildOptions
from engine.build.settling import Settling
from engine.build.state import log_path
from engine.build.template import Planned
from engine.build.tools import ToolOutput, known_make_version
from engine.make.flags import heeded_environment
from engine.make.invocation import find_make
from engine.plan.action import Actions, Circumstances, checkout_root
from engine.plan.lookahead import look_ahead
from engine.plan.makefiles import Makefiles
from engine.plan.rebuilder import Rebuilder
from engine.plan.scan import Scanner
from engine.plan.trace import Trace
from engine.run.artifacts import Artifacts
from engine.run.cores import usable_cores
from engine.run.events import Event, Reporter
from engine.run.process import Processes
from engine.sam.target import Target

if TYPE_CHECKING:
    from cache.wire import ActionResult
    from engine.build.restoring import Bulk
    from engine.build.worker import Worker
    from engine.build.workshop import Workshop


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
        self._planned = planned
        self._targets = {target.full_path: target for target in planned.targets}
        self._trace = trace
        self._given_environ = environ
        self._environ = heeded_environment(environ)
        self._state_dir = state_dir
        self._make = find_make(environ)
        self.processes = processes
        self._report = _one_at_a_time(report)
        self._clock_ns = snapshot.filesystem_clock_ns(state_dir)
        build_toml = os.path.join(os.path.dirname(options.build_dir), "build.toml")
        self._own = (options.build_dir, state_dir, options.cache_dir, build_toml)
        self._workshop: Workshop | None = None
        self.templates_dir = os.path.join(state_dir, "templates")
        self.artifacts = Artifacts(options.build_dir, state_dir)
        self.endings = Endings(self.artifacts, self._log_of, trace.differing, self._report)
        self._scanner = self._scanner_now()
        self._rebuilder = self._make_rebuilder()
        self._settling = self._make_settling()

    def _make_rebuilder(self) -> Rebuilder[ActionResult]:
        return Rebuilder(
            self._trace,
            self._clock_ns,
            self.artifacts.path_of,
            lambda key: self.workshop().results.find(key),
            use_cache=self._options.use_cache,
            links=self._options.link_mode == "symlink",
        )

    def _make_settling(self) -> Settling:
        graph = self._planned.graph
        return Settling(self._targets, graph, self._trace, self._actions(), self._rebuilder, self.endings)

    def _actions(self) -> Actions:
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
        makefiles = Makefiles(self._trace, self._scanner, self._environ, self._ask_make)
        tools = ToolOutput(self.processes.run, self._environ, project_dir)
        return Actions(circumstances, self._scanner, makefiles, tools)

    def _ask_make(self, target: Target, tree: Snapshot | None, own: bool) -> tuple[str, ...]:
        return self.workshop().ask_make(target, tree, own)

    def settle(self, stop: Callable[[], bool]) -> list[str]:
        """End every target that is up to date; returns the others. See `Settling.settle`."""
        left, put_off = list(self._planned.graph.order), False
        try:
            if self._options.use_cache:
                left, put_off = self._settle_ahead(left, stop)
            if left and not stop():
                self._scan(left, stop)
                if put_off:
                    left = self._settling.settle(left, stop, lambda name: True)
        finally:  # make runs next
            self._scanner.verified.clear()
            self._rebuilder.verified.clear()
        return left

    def _settle_ahead(self, names: list[str], stop: Callable[[], bool]) -> tuple[list[str], bool]:
        """Settle what two processes find as it was by stats alone: (the others, whether one of them must be read)."""
        put_off: list[str] = []
        with look_ahead(
            names, self._targets, self._trace, self._scanner, self._rebuilder, self.artifacts.path_of, usable_cores()
        ) as look:

            def looked(name: str) -> bool:
                same = look(name)
                if not same:
                    put_off.append(name)
                return same

            left = self._settling.settle(names, stop, looked)
        return left, bool(put_off)

    def _scan(self, names: list[str], stop: Callable[[], bool]) -> None:
        from engine.build.scanning import scan_in_bulk

        scan_in_bulk(self._scanner, map(self._targets.__getitem__, names), self.processes, usable_cores(), stop)

    def workshop(self) -> Workshop:
        """What runs targets; called first before there are threads.

        Raises:
            EnvironmentFault: when there is no folder for scratch copies.
        """
        if self._workshop is None:
            from engine.build.workshop import Premises, Workshop
            from engine.make.jobserver import outer_pool

            premises = Premises(
                options=self._options,
                trace=self._trace,
                state_dir=self._state_dir,
                environ=self._environ,
                make=self._make,
                outer_pool=outer_pool(self._given_environ),
                processes=self.processes,
                artifacts=self.artifacts,
                scanner_now=self._scanner_now,
                log_of=self._log_of,
                report=self._report,
            )
            self._workshop = Workshop(premises)
        return self._workshop

    def worker(self) -> Worker:
        """What works on the targets that are left."""
        return self.workshop().worker(self._planned, self._settling, self.endings)

    def bulk(self) -> Bulk:
        """What restores hits before anything runs."""
        return self.workshop().bulk(self._planned, self._settling, self.endings)

    def _log_of(self, full_path: str) -> str:
        return log_path(self._state_dir, full_path)

    def _scanner_now(self) -> Scanner:
        return Scanner(self._trace, snapshot.filesystem_clock_ns(self._state_dir), self._own)


def _one_at_a_time(report: Reporter) -> Reporter:
    """`report` for several threads."""
    lock = Lock()

    def tell(event: Event) -> None:
        with lock:
            report(event)

    return tell
