"""Audits of a project on disk, asked as a user asks: what was found, by target."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.audit import run_audit
from engine.audit.findings import AuditOutcome, AuditStatus, Findings, How, TargetAudit
from engine.build.options import BuildOptions
from engine.cli.audit_lines import report_lines
from engine.report.style import Ink
from tests.build.project import Project, function, template

CLEAN, UNDECLARED = AuditStatus.CLEAN, AuditStatus.UNDECLARED
FAILED, SKIPPED = AuditStatus.FAILED, AuditStatus.SKIPPED
READ, LOOKED_AT, LISTED, ABSENT = How.READ, How.LOOKED_AT, How.LISTED, How.ABSENT

HERE = "HERE := $(dir $(lastword $(MAKEFILE_LIST)))\n"


class Audited(Project):
    """A project with one function, `Fn` in `src`, whose recipe a test states."""

    def recipe(self, *lines: str, metadata: str = "", before: str = "") -> None:
        """The recipe of `Fn`, in which `$(HERE)` is the folder of the Makefile; `metadata` are lines of YAML."""
        rule = "build-Fn:\n" + "".join(f"\t{line}\n" for line in lines)
        self.write({"template.yaml": template(Fn=function(metadata=metadata)), "src/Makefile": HERE + before + rule})

    def outcome_of_audit(
        self, environ: Mapping[str, str] | None = None, allow_network: bool = False, **options: Any
    ) -> AuditOutcome:
        """One audit, with default options but those given."""
        self.events = []
        asked = BuildOptions(
            template=str(self.root / "template.yaml"),
            cwd=str(self.root),
            build_dir=str(self.build_dir),
            cache_dir=str(self.store),
            jobs=2,
        )._replace(**options)
        told: list[TargetAudit] = []
        outcome = run_audit(
            asked, self.events.append, told.append, {**os.environ, **(environ or {})}, allow_network=allow_network
        )
        assert {row.target for row in told} <= {row.target for row in outcome.targets}
        return outcome

    def audit(self, environ: Mapping[str, str] | None = None, **options: Any) -> TargetAudit:
        """The audit of `Fn`."""
        outcome = self.outcome_of_audit(environ, **options)
        return next(row for row in outcome.targets if row.target == "Fn")

    def findings(self, environ: Mapping[str, str] | None = None) -> Findings:
        """What an audit of `Fn` finds."""
        return self.audit(environ).findings

    def files(self, environ: Mapping[str, str] | None = None) -> dict[str, How]:
        """The files that an audit of `Fn` finds: how by path, relative to the project."""
        return {os.path.relpath(row.path, self.root): row.how for row in self.findings(environ).files}

    def declare(self, audit: TargetAudit) -> None:
        """Paste what an audit of `Fn` says into the template, as a user does."""
        from engine.audit.declaration import yaml_lines

        pasted = "\n".join(yaml_lines(audit.declare))
        (self.root / "template.yaml").write_text(template(Fn=function(metadata=pasted)))

    def report(self, outcome: AuditOutcome) -> str:
        """An outcome as text, without colors."""
        return "\n".join(report_lines(outcome, str(self.root), Ink(False), everything=False))


def program(path: Path, *lines: str) -> Path:
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + "".join(f"{line}\n" for line in lines))
    path.chmod(0o755)
    return path
