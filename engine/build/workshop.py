"""The parts that run targets, made only when one must run."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from tempfile import mkdtemp
from typing import TYPE_CHECKING, NamedTuple, cast

from cache.disk import DiskStore
from cache.snapshot import Snapshot
from engine.build.endings import Endings
from engine.build.inplace import InPlace
from engine.build.options import BuildOptions
from engine.build.recorder import Recorder
from engine.build.restoring import Bulk
from engine.build.results import Results
from engine.build.sandboxing import Sandboxing
from engine.build.settling import Settling
from engine.build.template import Planned
from engine.build.worker import Tools, Worker
from engine.make.includes import makefiles_read
from engine.make.invocation import UMASK, make_environment
from engine.make.jobserver import Ends
from engine.plan.estimates import estimate
from engine.plan.scan import Scanner
from engine.plan.trace import Trace
from engine.run.artifacts import Artifacts
from engine.run.command import Wrapper
from engine.run.cores import usable_cores
from engine.run.events import Reporter, Warned
from engine.run.executor import LocalExecutor, working_directory
from engine.run.jobserver import Jobserver
from engine.run.memory import Memory, available_bytes, resident_bytes
from engine.run.process import Processes
from engine.run.removal import remove_tree
from engine.run.scratch import Scratch, copy_tree
from engine.sam.target import Target

if TYPE_CHECKING:
    from cache.materialise import LinkMode


class Premises(NamedTuple):
    """What a workshop is set up in."""

    options: BuildOptions
    trace: Trace
    state_dir: str
    environ: dict[str, str]
    """What make is given, but for ARTIFACTS_DIR."""
    make: str
    """Absolute path of make."""
    outer_pool: Ends | str | None
    """The jobserver of an outer make."""
    processes: Processes
    artifacts: Artifacts
    scanner_now: Callable[[], Scanner]
    """Gives a scanner that has looked at nothing yet."""
    log_of: Callable[[str], str]
    """Gives the absolute path of a target's log."""
    report: Reporter
    """For several threads."""


class Workshop:
    """Store, scratch, executor and job slots of one build."""

    def __init__(self, premises: Premises) -> None:
        """Raise EnvironmentFault when there is no folder for scratch copies."""
        self._premises = premises
        self._jobserver = Jobserver()
        self._sandboxing = Sandboxing(premises.options, premises.state_dir, premises.trace, premises.environ)
        self.scratch = Scratch(premises.state_dir)
        self.store = DiskStore(premises.options.cache_dir)
        self.results = Results(self.store, lambda message: premises.report(Warned(message)), premises.state_dir)

    def bulk(self, planned: Planned, settling: Settling, endings: Endings) -> Bulk:
        """What restores hits of a plan before anything runs."""
        premises, options = self._premises, self._premises.options
        return Bulk(
            graph=planned.graph,
            trace=premises.trace,
            settling=settling,
            endings=endings,
            results=self.results,
            artifacts=premises.artifacts,
            processes=premises.processes,
            log_of=premises.log_of,
            link_mode=cast("LinkMode", options.link_mode),
            hands=min(usable_cores(), options.jobs) if options.use_cache else 0,
        )

    def worker(self, planned: Planned, settling: Settling, endings: Endings) -> Worker:
        """What works on the targets of a plan."""
        premises, options = self._premises, self._premises.options
        path_of, scanner_now = premises.artifacts.path_of, premises.scanner_now
        tools = Tools(
            trace=premises.trace,
            settling=settling,
            endings=endings,
            results=self.results,
            artifacts=premises.artifacts,
            executor=self.executor(self.scratch, premises.log_of),
            recorder=Recorder(self.results, path_of, scanner_now),
            in_place=InPlace(premises.state_dir, in_source=options.build_in_source),
            log_of=premises.log_of,
            link_mode=cast("LinkMode", options.link_mode),
            timeout_s=options.timeout_s,
            hint=self._sandboxing.hint,
        )
        return Worker(tools, planned.graph, premises.report)

    def executor(
        self, scratch: Scratch, log_of: Callable[[str], str], umask: int = UMASK, wrapper: Wrapper | None = None
    ) -> LocalExecutor:
        """What runs make, in copies that `scratch` makes; `log_of` gives the absolute path of a target's log.

        `wrapper` puts something around make; without one, that is the sandbox, where it is asked for.
        """
        premises = self._premises
        return LocalExecutor(
            processes=premises.processes,
            jobserver=self._jobserver,
            make=premises.make,
            environ=premises.environ,
            scratch=scratch,
            artifacts=premises.artifacts,
            log_of=log_of,
            timeout_s=premises.options.timeout_s,
            in_source=premises.options.build_in_source,
            wrapper=wrapper or self._sandboxing.wrapper(scratch),
            umask=umask,
        )

    def memory(self, planned: Planned) -> Memory:
        """What decides by memory which targets may start."""
        premises = self._premises
        return Memory(
            estimate(planned.everything, premises.trace.memory_bytes),
            premises.options.memory_limit_bytes,
            available_bytes,
            lambda: resident_bytes(premises.processes.running),
        )

    @contextlib.contextmanager
    def slots(self) -> Iterator[Jobserver]:
        """The job slots of everything that runs, the outer make's where there is one."""
        premises = self._premises
        try:
            if premises.options.jobserver:
                self._jobserver.open(premises.options.jobs, self.scratch.root, premises.outer_pool)
        except OSError as error:
            why = f"job slots cannot be shared with cargo and make: {error.strerror}"
            premises.report(Warned(f"{self.scratch.root}: {why}"))
        try:
            yield self._jobserver
        finally:
            self._jobserver.close()

    def ask_make(self, target: Target, tree: Snapshot | None, own: bool) -> tuple[str, ...]:
        """What a makefile includes, asked in a private copy of the code directory (`engine.plan.makefiles.Ask`)."""
        premises = self._premises
        private = mkdtemp(prefix="makefiles-", dir=self.scratch.root)
        nobodys = os.path.join(self.scratch.root, "artifacts", "Unknown")
        artifacts_dir = premises.artifacts.path_of(target.built_as or target.full_path) if own else nobodys
        try:
            if tree is not None:
                copy_tree(target.code_dir, private, tree)
            return makefiles_read(
                target.makefile,
                target.make_target,
                cwd=working_directory(target, private),
                private=private,
                environ=make_environment(premises.environ, artifacts_dir),
                run=premises.processes.run,
            )
        finally:
            for path in (private, os.path.dirname(nobodys)):
                with contextlib.suppress(OSError):
                    remove_tree(path)
