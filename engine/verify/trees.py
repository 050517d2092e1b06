"""Compares two listings of artifact directories: which entries differ, and whether in more than their mode."""

from __future__ import annotations

from collections.abc import Iterator
from stat import S_IMODE
from typing import NamedTuple

from cache.snapshot import Snapshot
from engine.verify.difference import Difference, Kind, in_file, mode_change


class _Entry(NamedTuple):
    """What a listing says of an entry."""

    type: str
    """`file`, `folder` or `link`."""
    mode: int | None
    """Permission bits; None for a link."""
    content: bytes | str | None
    """Fingerprint of a file, text of a link."""


class Changed(NamedTuple):
    """A file that holds other bytes, or a link with another text."""

    path: str
    texts: tuple[str, str] | None
    """Both texts of a link; None for a file."""


def compare_listings(first: Snapshot, second: Snapshot) -> Iterator[Difference | Changed]:
    """What differs, by path; of a file with other bytes only that. In the listings links are not followed."""
    before, after = _entries(first), _entries(second)
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old is None or new is None:
            yield _one_sided(path, old or new, Kind.ADDED if old is None else Kind.REMOVED)
        elif old.type != new.type:
            yield Difference(path, Kind.TYPE, f"a {old.type}, then a {new.type}")
        else:
            yield from _compared(path, old, new)


def _entries(listing: Snapshot) -> dict[str, _Entry]:
    found = {path or ".": _Entry("folder", S_IMODE(mode), None) for path, mode in listing.directory_modes().items()}
    found |= {row.path: _Entry("file", S_IMODE(row.stat.mode), row.fingerprint) for row in listing.rows()}
    return found | {path: _Entry("link", None, text) for path, text in listing.links}


def _one_sided(path: str, entry: _Entry | None, kind: Kind) -> Difference:
    assert entry is not None
    build = "second" if kind is Kind.ADDED else "first"
    return Difference(path, kind, f"a {entry.type} that only the {build} build left")


def _compared(path: str, old: _Entry, new: _Entry) -> Iterator[Difference | Changed]:
    if old.mode is not None and new.mode is not None and old.mode != new.mode:
        yield from in_file(path, [mode_change(old.mode, new.mode)])
    if old.content != new.content:
        is_link = isinstance(old.content, str) and isinstance(new.content, str)
        yield Changed(path, (str(old.content), str(new.content)) if is_link else None)
