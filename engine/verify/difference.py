"""What can differ between two builds of a target, in values."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """Why something differs; the values are those of `--output json`."""

    TIME = "time"
    """A time stamp: in the header of an archive's member, of a .pyc or a gzip, or in a text."""
    PATH = "path"
    """The absolute path of the place that make ran in."""
    ORDER = "order"
    """The same lines, words or members in another order."""
    MODE = "mode"
    """Permission bits, of an entry of the artifact or of an archive's member."""
    ADDED = "added"
    """There only in the second build."""
    REMOVED = "removed"
    """There only in the first build."""
    TYPE = "type"
    """A file in one build, a folder or link in the other."""
    CONTENT = "content"
    """Anything else."""


WORDS = {
    Kind.TIME: "time stamp",
    Kind.PATH: "absolute path",
    Kind.ORDER: "order",
    Kind.MODE: "mode",
    Kind.ADDED: "added",
    Kind.REMOVED: "removed",
    Kind.TYPE: "type",
    Kind.CONTENT: "content",
}
"""The kinds for people."""


class Finding(NamedTuple):
    """One reason why two files do not hold the same bytes."""

    kind: Kind
    detail: str
    """The two values, or what else there is to say, in words."""
    member: str | None = None
    """Name of the member of an archive; `!` stands between those of archives in archives."""
    offset: int | None = None
    """Of the first byte concerned, in the first build's file or member, decompressed; None where it has no place."""
    follows_umask: bool = False
    """Whether the umask alone explains it. The engine's own builds always have the same one."""


class Difference(NamedTuple):
    """One kind of difference in one entry of an artifact."""

    path: str
    """Relative to the artifact directory; `.` is the directory itself."""
    kind: Kind
    detail: str
    """Of the first member, where there are several."""
    member: str | None = None
    members: int = 0
    """How many members of the archive differ in this way; 0 where it is not about members."""
    offset: int | None = None
    follows_umask: bool = False


def in_file(path: str, findings: list[Finding]) -> list[Difference]:
    """One difference for each kind that was found in the file `path`; further members are only counted."""
    first: dict[tuple[Kind, bool], Finding] = {}
    members: dict[tuple[Kind, bool], set[str]] = {}
    for finding in findings:
        at = (finding.kind, finding.follows_umask)
        first.setdefault(at, finding)
        if finding.member is not None:
            members.setdefault(at, set()).add(finding.member)
    return [
        Difference(path, row.kind, row.detail, row.member, len(members.get(at, ())), row.offset, row.follows_umask)
        for at, row in first.items()
    ]


UMASK = 0o077
"""What verification builds with, where the engine's own builds have 022: it shows every mode that follows the umask."""


def follows_umask(first: int, second: int) -> bool:
    """Whether permission bits are those that the same call leaves with the umasks 022 and `UMASK`."""
    return first != second and second == first & ~UMASK


def mode_change(first: int, second: int, member: str | None = None) -> Finding:
    """The finding about two sets of permission bits."""
    return Finding(Kind.MODE, f"{first:04o}, then {second:04o}", member, None, follows_umask(first, second))
