"""What an audit finds, as values."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class How(StrEnum):
    """In which way a build depends on a file that no key names."""

    READ = "read"
    LOOKED_AT = "looked at"
    LISTED = "listed"
    ABSENT = "absent"
    """It looked for it and did not find it; if it came, it would build another thing."""


class FileFinding(NamedTuple):
    """A file (or for LISTED a directory) that matters and is in no key."""

    path: str
    """Absolute."""
    how: How
    by: tuple[str, ...]
    """Names of the programs that did so."""


class VariableFinding(NamedTuple):
    """A variable of the environment that a script or makefile reads and no key holds."""

    name: str
    files: tuple[str, ...]
    """Where it is read; absolute."""


class ProgramFinding(NamedTuple):
    """A program whose version can decide what is built."""

    name: str
    path: str
    version: str
    """First line of what it says of itself; empty where it was not asked or said nothing."""
    tool: str
    """The line of `Tools` that pins it."""
    declared: bool


class RepositoryFinding(NamedTuple):
    """A git command that reads the repository, which no key names."""

    repository: str
    """Absolute path of the `.git`."""
    tool: str
    """The line of `Tools` that puts what it says into the key."""


class ConnectionFinding(NamedTuple):
    """Somewhere that the target connected to."""

    address: str
    """An IP address, or the path of a socket."""
    port: int | None
    by: tuple[str, ...]
    local: bool
    """Whether it stays on this machine."""


class Findings(NamedTuple):
    """Everything that one run depended on and that its key does not name, and what is to be told besides."""

    files: tuple[FileFinding, ...] = ()
    artifacts: tuple[str, ...] = ()
    """Full paths of the targets whose artifacts it reads without depending on them."""
    variables: tuple[VariableFinding, ...] = ()
    programs: tuple[ProgramFinding, ...] = ()
    """Declared ones too."""
    repositories: tuple[RepositoryFinding, ...] = ()
    connections: tuple[ConnectionFinding, ...] = ()


class AuditStatus(StrEnum):
    """What the audit of a target came to; the values are those of `--output json`."""

    CLEAN = "clean"
    UNDECLARED = "undeclared"
    FAILED = "failed"
    SKIPPED = "skipped"


class TargetAudit(NamedTuple):
    """The audit of one target."""

    target: str
    """Full path."""
    template: str
    """The template that declares it, with the line: `/app/template.yaml:12`."""
    inputs_base: str
    """Absolute directory that its `Inputs` count from."""
    status: AuditStatus
    findings: Findings
    declare: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Rows of BuildProperties, complete with what they hold already: (`Inputs`, values)."""
    exit_code: int | None = None
    """make's own; None where it was not run to its end."""
    problem: str = ""
    """Why it failed or was skipped."""
    log: str | None = None
    """Absolute path of what make wrote in a failed run."""


class AuditOutcome(NamedTuple):
    """The audit of a project."""

    targets: tuple[TargetAudit, ...]
    """In the template's order."""
    checkout: str
    seconds: float
    allow_network: bool
    interrupted: bool = False

    @property
    def clean(self) -> bool:
        """Whether every target was audited and depends on nothing but what its key names."""
        return not self.interrupted and all(row.status is AuditStatus.CLEAN for row in self.targets)

    def count(self, status: AuditStatus) -> int:
        """How many targets ended so."""
        return sum(row.status is status for row in self.targets)
