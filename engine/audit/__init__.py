"""Audits: targets are run under strace, and what they depend on is compared with what their keys name."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from threading import Lock

from cache.snapshot import filesystem_clock_ns
from engine.audit.auditor import Auditor
from engine.audit.findings import AuditOutcome, AuditStatus, TargetAudit
from engine.audit.inquiry import Project
from engine.audit.strace import find_strace
from engine.audit.surroundings import Surroundings
from engine.audit.version import Versions
from engine.build import Built, run_build
from engine.build.options import BuildOptions
from engine.build.state import state_dir_of
from engine.make.flags import heeded_environment
from engine.plan.action import checkout_root
from engine.plan.scan import Scanner
from engine.run.events import Reporter, State

Listener = Callable[[TargetAudit], None]
"""Told of each target when it was audited, one call at a time."""

_WITH_ARTIFACT = (State.BUILT, State.RESTORED, State.UP_TO_DATE)


def run_audit(
    options: BuildOptions,
    report: Reporter,
    listen: Listener,
    environ: Mapping[str, str] | None = None,
    *,
    allow_network: bool = False,
) -> AuditOutcome:
    """Bring what `options` ask for up to date, then run each of these targets once more under strace.

    What the traced runs leave goes: artifact directories, store, trace and logs are those of the build. With
    `allow_network` connections are told, but are nothing undeclared.

    Raises:
        EnvironmentFault: where strace is missing or must not trace.
        BuildError: for what stops a build before it starts.
    """
    started = time.monotonic()
    given = dict(environ or os.environ)
    audit = _Audit(find_strace(given), given, listen, allow_network)
    build = run_build(options._replace(keep_going=True), report, given, audit)
    return AuditOutcome(
        targets=tuple(audit.audits[row.target] for row in build.results),
        checkout=audit.checkout,
        seconds=time.monotonic() - started,
        allow_network=allow_network,
        interrupted=build.interrupted or audit.interrupted,
    )


class _Audit:
    """What follows a build."""

    def __init__(self, strace: str, environ: Mapping[str, str], listen: Listener, allow_network: bool) -> None:
        self._strace = strace
        self._environ = heeded_environment(environ)
        self._listen = listen
        self._allow_network = allow_network
        self._lock = Lock()
        self.audits: dict[str, TargetAudit] = {}
        self.checkout = ""
        self.interrupted = False

    def __call__(self, built: Built) -> None:
        self.checkout = checkout_root(os.path.dirname(built.options.template))
        auditor = Auditor(built, self._project(built), self._strace, self._tell, allow_network=self._allow_network)
        if not built.outcome.interrupted:
            self._run(built, auditor)
        self.interrupted = built.interruption.happened
        for name in built.session.endings.ended:
            why = "interrupted" if self.interrupted else _why_not(built, name)
            self.audits[name] = auditor.audits.get(name) or auditor.unaudited(name, AuditStatus.SKIPPED, why)

    def _run(self, built: Built, auditor: Auditor) -> None:
        from engine.build.running import remaining, run_targets
        from engine.plan.estimates import UNKNOWN_SECONDS, estimate
        from engine.plan.states import Plan

        names = [name for name in built.planned.graph.order if _why_not(built, name) == ""]
        if not names:
            return
        seconds = estimate(built.planned.everything, built.trace.seconds)
        plan = Plan(remaining(built.planned.graph, names), seconds or dict.fromkeys(names, UNKNOWN_SECONDS))
        built.interruption.also(plan.stop)
        workshop = built.session.workshop()
        memory = workshop.memory(built.planned)
        run_targets(plan, auditor.work, _nothing_lost, workshop, memory, jobs=built.options.jobs, keep_going=True)

    def _project(self, built: Built) -> Project:
        options, artifacts = built.options, built.session.artifacts
        state_dir = state_dir_of(options.build_dir)
        build_toml = os.path.join(os.path.dirname(options.build_dir), "build.toml")
        engines = (options.build_dir, state_dir, options.cache_dir, build_toml)
        scratch = built.session.workshop().scratch.root
        project_dir = os.path.dirname(options.template)
        return Project(
            checkout=self.checkout,
            project_dir=project_dir,
            build_dir=options.build_dir,
            own=(*engines, scratch, os.path.realpath(scratch)),
            artifacts={target.full_path: artifacts.path_of(target.full_path) for target in built.planned.everything},
            environ=self._environ,
            surroundings=Surroundings(self.checkout, self._environ, (tempfile.gettempdir(), "/tmp", "/var/tmp")),
            scanner_now=lambda: Scanner(built.trace, filesystem_clock_ns(state_dir), engines),
            ask=Versions(built.session.processes.run, self._environ, project_dir),
        )

    def _tell(self, audit: TargetAudit) -> None:
        with self._lock:
            self._listen(audit)


def _why_not(built: Built, name: str) -> str:
    """Why a target cannot be audited: another that it reads has no artifact. Empty where it can be."""
    ended = built.session.endings.ended
    missing = [other for other in built.planned.graph.inputs[name] if ended[other].state not in _WITH_ARTIFACT]
    return f"{missing[0]} has no artifact" if missing else ""


def _nothing_lost(name: str, others: tuple[str, ...]) -> None:
    """No target needs what another's audit leaves."""
