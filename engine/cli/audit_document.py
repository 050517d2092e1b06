"""The document of `engine audit --output json` (docs/formats.md, "Audit")."""

from __future__ import annotations

import json

from engine.audit.declaration import yaml_lines
from engine.audit.findings import AuditOutcome, AuditStatus, Findings, TargetAudit
from engine.cli.documents import stated

_HEAD: dict[str, object] = {"type": "audit", "version": 1}


def audit_document(outcome: AuditOutcome) -> str:
    """The document of an audit, as one line of JSON."""
    document = {
        **_HEAD,
        "status": _status(outcome),
        "checkout": outcome.checkout,
        "targets": [_target(audit) for audit in outcome.targets],
        "summary": {
            **{status.value: outcome.count(status) for status in AuditStatus},
            "seconds": round(outcome.seconds, 3),
        },
    }
    return json.dumps(document)


def unaudited_document(error: BaseException) -> str:
    """The document of an audit that ended before anything was found, as one line of JSON."""
    return json.dumps({**_HEAD, "status": "error", "error": stated(error)})


def _status(outcome: AuditOutcome) -> str:
    if outcome.interrupted:
        return "interrupted"
    if outcome.count(AuditStatus.FAILED) or outcome.count(AuditStatus.SKIPPED):
        return "failure"
    return "clean" if outcome.clean else "undeclared"


def _target(audit: TargetAudit) -> dict[str, object]:
    return {
        "target": audit.target,
        "template": audit.template,
        "inputs_base": audit.inputs_base,
        "status": audit.status.value,
        "exit_code": audit.exit_code,
        "problem": audit.problem or None,
        "log": audit.log,
        **_findings(audit.findings),
        "declare": {name: list(values) for name, values in audit.declare},
        "yaml": "".join(f"{line}\n" for line in yaml_lines(audit.declare)) if audit.declare else None,
    }


def _findings(findings: Findings) -> dict[str, object]:
    return {
        "files": [{"path": row.path, "how": row.how.value, "by": list(row.by)} for row in findings.files],
        "artifacts": list(findings.artifacts),
        "repositories": [row._asdict() for row in findings.repositories],
        "variables": [{"name": row.name, "files": list(row.files)} for row in findings.variables],
        "programs": [
            {**row._asdict(), "version": row.version or None, "tool": row.tool or None} for row in findings.programs
        ],
        "connections": [{**row._asdict(), "by": list(row.by)} for row in findings.connections],
    }
