"""Compares two archives member by member, whatever their format is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from engine.verify.content import Content
from engine.verify.difference import Finding, Kind, mode_change

MOST_MEMBERS = 50_000
"""An archive with more is compared as any other file."""


class Member(NamedTuple):
    """One member of an archive."""

    name: str
    stamps: tuple[str, ...]
    """Every time stamp in its header, in words."""
    mode: int | None
    """Permission bits; None where the archive does not say."""
    identity: object
    """Equal where the contents are."""
    read: Callable[[], Content | None]
    """Its content; None where that cannot be had, or is too large."""


Descend = Callable[[Content, Content], list[Finding]]
"""Explains two contents that differ."""


def compare_members(first: list[Member], second: list[Member], descend: Descend) -> list[Finding]:
    """Every finding about members; none where they are all the same, and in the same order."""
    before, after = _by_name(first), _by_name(second)
    found = [Finding(Kind.REMOVED, "a member", name) for name in before if name not in after]
    found += [Finding(Kind.ADDED, "a member", name) for name in after if name not in before]
    common = [name for name in before if name in after]
    if common != [name for name in after if name in before]:
        found.append(Finding(Kind.ORDER, f"the same {len(common):,} members in another order"))
    for name in common:
        found += _compared(name, before[name], after[name], descend)
    return found


def _by_name(members: list[Member]) -> dict[str, Member]:
    """Members by name; one that is there again is `name (2)`."""
    found: dict[str, Member] = {}
    times: dict[str, int] = {}
    for member in members:
        times[member.name] = count = times.get(member.name, 0) + 1
        found[member.name if count == 1 else f"{member.name} ({count})"] = member
    return found


def _compared(name: str, first: Member, second: Member, descend: Descend) -> Iterator[Finding]:
    if first.stamps != second.stamps:
        yield Finding(Kind.TIME, _stamps_shown(first.stamps, second.stamps), name)
    if first.mode is not None and second.mode is not None and first.mode != second.mode:
        yield mode_change(first.mode, second.mode, name)
    if first.identity != second.identity:
        one, other = first.read(), second.read()
        if one is None or other is None:
            yield Finding(Kind.CONTENT, "too large to be looked into, or of an unknown method", name)
            return
        for finding in descend(one, other):
            yield finding._replace(member=f"{name}!{finding.member}" if finding.member else name)


def _stamps_shown(first: tuple[str, ...], second: tuple[str, ...]) -> str:
    pairs = [pair for pair in zip(first, second, strict=False) if pair[0] != pair[1]]
    return ", then ".join(pairs[0]) if pairs else "one has more stamps"
