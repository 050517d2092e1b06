"""An audit as text: what each target depends on besides its key, and the lines that declare it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from engine.audit.declaration import yaml_lines
from engine.audit.findings import AuditOutcome, AuditStatus, FileFinding, Findings, How, TargetAudit
from engine.report.escape import printable
from engine.report.style import Ink

_STYLES = {
    AuditStatus.CLEAN: "success",
    AuditStatus.UNDECLARED: "caution",
    AuditStatus.FAILED: "failure",
    AuditStatus.SKIPPED: "quiet",
}
_LABELS = {How.READ: "reads", How.LOOKED_AT: "looks at", How.LISTED: "lists", How.ABSENT: "looks for"}
_LONGEST_LABEL = 9
_MOST_FILES = 12
"""So many files of a target are shown; the lines that declare them are always whole."""


def progress_line(audit: TargetAudit, ink: Ink) -> str:
    """One line as a target ends: `SharedLayer  audited: clean`."""
    return f"{printable(audit.target)}  audited: {ink.paint(audit.status.value, _STYLES[audit.status])}"


def report_lines(outcome: AuditOutcome, cwd: str, ink: Ink, *, everything: bool) -> Iterator[str]:
    """The report on every target that is not clean, or has something to be told, and a summary.

    `cwd` is absolute; `everything` shows each file, however many there are.
    """
    for audit in outcome.targets:
        body = list(_body(audit, outcome, cwd, ink, len(audit.findings.files) if everything else _MOST_FILES))
        if body or audit.status is not AuditStatus.CLEAN:
            yield f"{ink.paint(printable(audit.target), 'strong')}  {printable(_near(audit.template, cwd))}"
            yield from (f"  {line}" for line in body)
            yield ""
    yield _summary(outcome)


def _body(audit: TargetAudit, outcome: AuditOutcome, cwd: str, ink: Ink, most_files: int) -> Iterator[str]:
    if audit.problem:
        yield _row(audit.status.value, audit.problem, _STYLES[audit.status], ink)
    if audit.log is not None:
        yield _row("log", _near(audit.log, cwd), "quiet", ink)
    for label, text, counts in _rows(audit.findings, outcome, cwd, most_files):
        yield _row(label, text, "caution" if counts else "quiet", ink)
    if audit.declare:
        yield "declare it:"
        yield from (f"  {line}" for line in yaml_lines(audit.declare))


def _row(label: str, text: str, style: str, ink: Ink) -> str:
    return f"{ink.paint(f'{label:<{_LONGEST_LABEL}}', style)}  {printable(text)}"


def _rows(findings: Findings, outcome: AuditOutcome, cwd: str, most_files: int) -> Iterator[tuple[str, str, bool]]:
    """(label, text, whether it is undeclared) of each finding, of files up to `most_files`."""
    yield from (_file_row(row, cwd) for row in findings.files[:most_files])
    if len(findings.files) > most_files:
        yield "", f"and {len(findings.files) - most_files} files more (--explain shows them)", True
    for name in findings.artifacts:
        yield "reads", f"the artifact of {name}, and does not depend on it", True
    for repository in findings.repositories:
        yield "reads", f"the repository {_near(repository.repository, cwd)}  by {repository.tool}", True
    for variable in findings.variables:
        places = ", ".join(_near(path, cwd) for path in variable.files)
        yield "variable", f"{variable.name}  in {places}", True
    for program in findings.programs:
        if not program.declared:
            yield "runs", "  ".join(filter(None, (program.path, program.version))), True
    for connection in findings.connections:
        port = "" if connection.port is None else f" port {connection.port}"
        where = "on this machine" if connection.local else "network"
        counts = not (connection.local or outcome.allow_network)
        yield "connects", f"{connection.address}{port} ({where})  by {_by(connection.by)}", counts


def _file_row(row: FileFinding, cwd: str) -> tuple[str, str, bool]:
    absent = ", which is not there" if row.how is How.ABSENT else ""
    return _LABELS[row.how], f"{_near(row.path, cwd)}{absent}  by {_by(row.by)}", True


def _by(programs: Iterable[str]) -> str:
    return ", ".join(programs)


def _near(path: str, cwd: str) -> str:
    """A path as it is shortest to type: relative where it does not lead up far."""
    relative = os.path.relpath(path, cwd)
    return path if relative.startswith("../../..") else relative


def _summary(outcome: AuditOutcome) -> str:
    counts = [f"{count} {status.value}" for status in AuditStatus if (count := outcome.count(status))]
    ending = "interrupted after" if outcome.interrupted else "in"
    return f"{', '.join(counts) or 'nothing audited'} {ending} {outcome.seconds:.1f} s"
