"""Verification: targets are built again, elsewhere and later, and compared with what is recorded of them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from threading import Lock

from engine.build import Built, run_build
from engine.build.options import BuildOptions
from engine.build.outcome import BuildOutcome
from engine.run.events import Reporter
from engine.run.events import State as BuildState
from engine.verify.outcome import Listener, State, Verdict, Verified, VerifyOutcome, VerifyStarted, in_short


def run_verify(
    options: BuildOptions, report: Reporter, listen: Listener, environ: Mapping[str, str] | None = None
) -> VerifyOutcome:
    """Bring what `options` ask for up to date, then build each target asked for once more and compare.

    `report` is told of the build, `listen` of the verification. Artifact directories, store and template are those of
    the build afterwards; the trace remembers which actions differ.

    Raises:
        BuildError: for what stops a build before it starts.
    """
    started = time.monotonic()
    verification = _Verification(listen)
    build = run_build(options, report, environ, verification)
    verdicts = tuple(verification.verdicts.get(name) or _unverified(build, name) for name in verification.asked)
    interrupted = build.interrupted or verification.interrupted
    return VerifyOutcome(build, verdicts, time.monotonic() - started, interrupted)


class _Verification:
    """What follows a build."""

    def __init__(self, listen: Listener) -> None:
        self._listen = listen
        self._lock = Lock()
        self._longest_name = 0
        self.asked: tuple[str, ...] = ()
        self.verdicts: dict[str, Verdict] = {}
        self.interrupted = False

    def __call__(self, built: Built) -> None:
        self.asked = _asked(built)
        if built.outcome.succeeded or (built.options.keep_going and not built.outcome.interrupted):
            has_artifact = {row.target for row in built.outcome.results if row.state in _WITH_ARTIFACT}
            self._verify(built, [name for name in built.planned.graph.order if name in has_artifact & {*self.asked}])
            self.interrupted = built.interruption.happened

    def _verify(self, built: Built, names: list[str]) -> None:
        from engine.build.running import remaining, run_targets
        from engine.plan.estimates import UNKNOWN_SECONDS, estimate
        from engine.plan.states import Plan
        from engine.verify.again import Again
        from engine.verify.tick import wait_for_another_time

        if not names:
            return
        self._longest_name = max(map(len, names))
        self._listen(VerifyStarted(len(names), built.options.jobs, self._longest_name))
        again = Again(built, self._tell)
        seconds = estimate(built.planned.everything, built.trace.seconds)
        plan = Plan(remaining(built.planned.graph, names), seconds or dict.fromkeys(names, UNKNOWN_SECONDS))
        built.interruption.also(plan.stop)
        wait_for_another_time(built.session.artifacts.path_of(name) for name in names)
        workshop = built.session.workshop()
        memory = workshop.memory(built.planned)
        run_targets(plan, again.work, _nothing_lost, workshop, memory, jobs=built.options.jobs, keep_going=True)
        self.verdicts = again.verdicts
        for verdict in again.verdicts.values():
            if verdict.key is not None and verdict.state in (State.SAME, State.DIFFERS):
                built.trace.differed(verdict.key, in_short(verdict.differences))

    def _tell(self, verdict: Verdict) -> None:
        with self._lock:
            self._listen(Verified(verdict, self._longest_name))


_WITH_ARTIFACT = (BuildState.BUILT, BuildState.RESTORED, BuildState.UP_TO_DATE)


def _nothing_lost(name: str, others: tuple[str, ...]) -> None:
    """No target needs another's second build."""


def _asked(built: Built) -> tuple[str, ...]:
    """Full paths of the targets that were named; of all, where none was. What they depend on is only built."""
    targets = tuple(target.full_path for target in built.planned.targets)
    if not built.options.resources:
        return targets
    from engine.plan.selection import select

    options = built.options
    named = select(built.templates.application().candidates, options.resources, options.exclude).names or ()
    return tuple(name for name in targets if name in named)


def _unverified(build: BuildOutcome, name: str) -> Verdict:
    """The verdict on a target that was not built a second time."""
    result = next(row for row in build.results if row.target == name)
    if result.state is BuildState.FAILED:
        return Verdict(name, State.FAILED, result.key, result.seconds, (), result.failure, result.log)
    return Verdict(name, State.SKIPPED, result.key, 0.0)
