"""Compares two artifact directories on disk: names what differs, and of each file in which way."""

from __future__ import annotations

import os

from cache.snapshot import Snapshot
from engine.verify.content import Content, content_of
from engine.verify.difference import Difference, Finding, Kind, in_file
from engine.verify.findings import findings
from engine.verify.trees import Changed, compare_listings


class Side:
    """One of the two artifacts: its listing, and where it lies."""

    def __init__(self, listing: Snapshot, root: str) -> None:
        self.listing = listing
        self._root = root

    def content(self, path: str) -> Content:
        """The bytes of a file. Raises OSError."""
        return content_of(os.path.join(self._root, path))


def compare(first: Side, second: Side, roots: tuple[str, ...]) -> tuple[Difference, ...]:
    """Everything that differs, by path; `roots` are as in `findings`."""
    found: list[Difference] = []
    for row in compare_listings(first.listing, second.listing):
        found += in_file(row.path, _explained(row, first, second, roots)) if isinstance(row, Changed) else [row]
    return tuple(found)


def _explained(changed: Changed, first: Side, second: Side, roots: tuple[str, ...]) -> list[Finding]:
    if changed.texts is not None:
        one, other = (memoryview(text.encode(errors="surrogateescape")) for text in changed.texts)
        before, after = changed.texts
        return [
            row._replace(detail=f"of a link: {before}, then {after}", offset=None)
            for row in findings(one, other, roots)
        ]
    try:
        found = findings(first.content(changed.path), second.content(changed.path), roots)
    except OSError as error:
        return [Finding(Kind.CONTENT, f"cannot be read again: {error.strerror or error}")]
    return found or [Finding(Kind.CONTENT, "what lies there is no longer what was recorded")]
