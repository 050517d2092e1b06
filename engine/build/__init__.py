"""The composition root: the whole story of a build."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from cache.snapshot import filesystem_clock_ns
from engine.build.cleaning import clean, remove_departed
from engine.build.guard import refuse_dangerous_build_dir
from engine.build.options import BuildOptions
from engine.build.outcome import BuildOutcome, ResourceRow
from engine.build.session import Session
from engine.build.state import project_lock, state_dir_of
from engine.build.template import Planned, Templates
from engine.build.templates import write_build_toml, write_templates
from engine.errors import EnvironmentFault
from engine.plan import trace as traces
from engine.plan.trace import Trace
from engine.run.events import Reporter, Waiting, Warned
from engine.run.orphans import children_lock
from engine.run.process import Processes
from engine.run.signals import Interruption

ROOT_TEMPLATE = "template.yaml"


class Built(NamedTuple):
    """A build that is over, while nobody else can build in its build directory."""

    options: BuildOptions
    planned: Planned
    templates: Templates
    session: Session
    trace: Trace
    outcome: BuildOutcome
    interruption: Interruption


def run_build(
    options: BuildOptions,
    report: Reporter,
    environ: Mapping[str, str] | None = None,
    afterwards: Callable[[Built], None] | None = None,
) -> BuildOutcome:
    """Build what `options` ask for and tell `report` as it goes; a failed target is part of the outcome.

    `afterwards` works on with what was built; what it changes of the trace is saved.

    Raises:
        BuildError: for what stops a build before it starts: bad input, no make, a folder that cannot be written.
    """
    started = time.monotonic()
    refuse_dangerous_build_dir(options)
    state_dir = state_dir_of(options.build_dir)
    lock = project_lock(state_dir, lambda owner: report(Waiting(owner)))
    with lock as is_unfinished, children_lock(state_dir) as witness, traces.forgotten_after_a_bug(state_dir):
        if is_unfinished:
            _sweep(state_dir)
        processes = Processes((witness,))
        trace = traces.load(state_dir)
        templates = Templates(options, trace, filesystem_clock_ns(state_dir))
        planned = templates.plan()
        for warning in planned.warnings:
            report(Warned(warning))
        session = Session(options, planned, trace, state_dir, dict(environ or os.environ), processes, report)
        with Interruption(processes.terminate, processes.kill) as interruption:
            try:
                _bring_up_to_date(session, planned, options, trace, report, interruption)
                outcome = _outcome(options, planned, session, started, interruption.happened)
                if outcome.succeeded:
                    _leave_templates(session, templates, planned, options, trace, report)
                if afterwards is not None:
                    afterwards(Built(options, planned, templates, session, trace, outcome, interruption))
            finally:
                session.artifacts.empty_trash()
                _save(trace, state_dir, report)
    return outcome._replace(seconds=time.monotonic() - started)


def _sweep(state_dir: str) -> None:
    """Remove the scratch copies that a killed build left, also where this one needs none."""
    from engine.run.scratch import Scratch

    with contextlib.suppress(EnvironmentFault):
        Scratch(state_dir).remove_all()


def _bring_up_to_date(
    session: Session,
    planned: Planned,
    options: BuildOptions,
    trace: Trace,
    report: Reporter,
    interruption: Interruption,
) -> None:
    """Bring every target to its end."""
    _make_build_dir(options.build_dir)
    session.artifacts.recover()
    if planned.full:
        remove_departed(planned, trace, session.artifacts)
    left = session.settle(lambda: interruption.happened)
    if left and not interruption.happened:
        from engine.build.running import run_left

        run_left(session, planned, left, options, trace, report, interruption)
    why = "interrupted" if interruption.happened else "another target failed"
    for name in left:
        if name not in session.endings.ended:
            session.endings.skip(name, why)


def _make_build_dir(build_dir: str) -> None:
    """Before anything is scanned: it may lie in a code directory, which must not change while make runs."""
    try:
        os.makedirs(build_dir, exist_ok=True)
    except OSError as error:
        raise _unwritable(build_dir, error) from None


def _outcome(
    options: BuildOptions, planned: Planned, session: Session, started: float, interrupted: bool
) -> BuildOutcome:
    return BuildOutcome(
        build_dir=options.build_dir,
        template_file=os.path.join(options.build_dir, ROOT_TEMPLATE),
        resources=tuple(
            ResourceRow(
                resource_id=target.resource_id,
                target=target.full_path,
                kind=target.kind,
                package_type=target.package_type,
                runtime=target.runtime,
                architecture=target.architecture,
                compatible_runtimes=target.compatible_runtimes,
            )
            for target in planned.targets
        ),
        results=tuple(session.endings.ended[target.full_path] for target in planned.targets),
        seconds=time.monotonic() - started,
        interrupted=interrupted,
    )


def _leave_templates(
    session: Session, templates: Templates, planned: Planned, options: BuildOptions, trace: Trace, report: Reporter
) -> None:
    """Write the output templates, which name every artifact that is there, and clean up after a full build."""
    path_of = session.artifacts.path_of
    artifacts = {target.full_path: path_of(target.full_path) for target in planned.targets}
    for target in planned.everything:
        path = path_of(target.full_path)
        if target.full_path not in artifacts and trace.record(target.full_path) is not None and os.path.isdir(path):
            artifacts[target.full_path] = path
    try:
        left = write_templates(templates, planned, artifacts, trace, session.templates_dir)
        if planned.full:
            clean(options.build_dir, planned, left.paths, trace, session.artifacts, lambda text: report(Warned(text)))
        if planned.full and left.build_toml is not None:
            write_build_toml(left.build_toml, options.build_dir)
    except OSError as error:
        raise _unwritable(options.build_dir, error) from None


def _save(trace: Trace, state_dir: str, report: Reporter) -> None:
    try:
        trace.save(state_dir)
    except OSError as error:
        report(Warned(f"{state_dir}: what was built cannot be remembered here: {error.strerror}"))


def _unwritable(folder: str, error: OSError) -> EnvironmentFault:
    return EnvironmentFault(
        f"The build directory cannot be written: {error.strerror}",
        rows=(("folder", error.filename or folder),),
        hint="make room or make the folder writable; what was built is in the cache",
    )
