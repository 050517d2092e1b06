"""The audit of one target: run under strace, decide what its key does not name, put everything back as it was."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

from engine.audit.declaration import declaration
from engine.audit.findings import AuditStatus, Findings, TargetAudit
from engine.audit.inquiry import Inquiry, Project
from engine.audit.tracer import Tracer
from engine.build import Built
from engine.build.faults import fault_of
from engine.build.state import state_dir_of
from engine.build.worker import Again
from engine.errors import BuildError, Interrupted
from engine.plan.action import Action
from engine.run.events import Failure
from engine.run.removal import remove_tree
from engine.run.scratch import Scratch
from engine.sam.locate import Lines


class Auditor:
    """Audits targets, one call each, from several threads; what came of them is in `audits`, by full path."""

    def __init__(
        self, built: Built, project: Project, strace: str, tell: Callable[[TargetAudit], None], *, allow_network: bool
    ) -> None:
        """`strace` is the absolute path of one that works; `tell` is called from the threads.

        Raises:
            EnvironmentFault: when there is no folder for scratch copies.
        """
        self._built = built
        self._project = project
        self._tell = tell
        self._allow_network = allow_network
        self._targets = {target.full_path: target for target in built.planned.targets}
        self._lines: dict[str, Lines] = {}
        self._worker = built.session.worker()
        state_dir = state_dir_of(built.options.build_dir)
        scratch = Scratch(state_dir)  # anew: a build removes the folder when it needs no copy any more
        self._tracer = Tracer(strace, os.path.join(os.path.realpath(scratch.root), "traces"))
        self._logs = os.path.join(state_dir, "audit")
        self._executor = built.session.workshop().executor(scratch, self._log_of, wrapper=self._tracer)
        self.audits: dict[str, TargetAudit] = {}

    def work(self, name: str) -> bool:
        """Audit a target; True, since its artifact is there for others whatever comes of it."""
        try:
            audit = self._audited(name)
        except Interrupted:
            audit = self.unaudited(name, AuditStatus.SKIPPED, "interrupted")
        except BuildError as error:
            audit = self.unaudited(name, AuditStatus.FAILED, error.message)
        except OSError as error:
            audit = self.unaudited(name, AuditStatus.FAILED, f"it cannot be audited here: {fault_of(error).message}")
        self.audits[name] = audit
        self._tell(audit)
        return True

    def unaudited(self, name: str, status: AuditStatus, problem: str) -> TargetAudit:
        """The audit of a target that did not come to an end."""
        return self._audit(name, status, Findings())._replace(problem=problem)

    def _audited(self, name: str) -> TargetAudit:
        with self._worker.turn(name):
            action = self._worker.action(name)
            again = self._again(action)
        findings, is_whole = self._findings(action)
        failure = again.failure or (None if is_whole else _CUT_OFF)
        if failure is not None:
            failed = self._audit(name, AuditStatus.FAILED, findings)
            return failed._replace(problem=failure.message, exit_code=failure.exit_code, log=self._log_of(name))
        status = AuditStatus.UNDECLARED if self._counts(findings) else AuditStatus.CLEAN
        return self._audit(name, status, findings)._replace(exit_code=0)

    def _again(self, action: Action) -> Again:
        """Run make under strace. What it leaves is nobody's: the artifact from before comes back."""
        name = action.target.full_path
        artifacts = self._built.session.artifacts
        try:
            again = self._worker.again(action, self._executor)
        finally:
            self._tracer.finish(name)
            if os.path.lexists(artifacts.aside_of(name)):
                with contextlib.suppress(OSError):
                    remove_tree(artifacts.path_of(name))
                artifacts.give_back(name)
        if not again.undisturbed and again.failure is None:
            return again._replace(failure=_DISTURBED)
        return again

    def _findings(self, action: Action) -> tuple[Findings, bool]:
        """What was found, and whether all of the run was seen."""
        name = action.target.full_path
        run = self._tracer.runs[name]
        try:
            inquiry = Inquiry(action, run, self._built.planned.graph.inputs[name], self._project)
            return inquiry.findings(), inquiry.whole
        finally:
            with contextlib.suppress(OSError):
                os.unlink(run.trace)

    def _counts(self, findings: Findings) -> bool:
        connects = any(not connection.local for connection in findings.connections) and not self._allow_network
        programs = any(not program.declared for program in findings.programs)
        named = (findings.files, findings.artifacts, findings.variables, findings.repositories)
        return connects or programs or any(named)

    def _audit(self, name: str, status: AuditStatus, findings: Findings) -> TargetAudit:
        target = self._targets[name]
        lines = self._lines.setdefault(target.template, Lines(target.template))
        return TargetAudit(
            target=name,
            template=lines.place(("Resources", target.logical_id)),
            inputs_base=target.properties.inputs_base,
            status=status,
            findings=findings,
            declare=declaration(target, findings, self._project.checkout),
        )

    def _log_of(self, full_path: str) -> str:
        return os.path.join(self._logs, full_path + ".log")


_DISTURBED = Failure("its inputs changed while it was audited", None, hint="audit it while nothing edits them")
_CUT_OFF = Failure("strace did not write down all that it saw: is there room in the folder for temporary files?", None)
