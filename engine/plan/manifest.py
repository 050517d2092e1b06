"""The manifest of an action: named rows of all that its build reads; their digest is the key, their diff the reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from cache.snapshot import Snapshot, normal_mode

FORMAT = "engine-action-v1"

ABSENT = "absent"
"""Value of a row whose file is looked for and is not there."""


class Row(NamedTuple):
    """One thing that the build reads: what kind it is, its name within the kind, and the digest or text of it."""

    kind: str
    name: str
    value: str


Manifest = tuple[Row, ...]
"""Sorted rows."""


def manifest(rows: list[Row]) -> Manifest:
    """The rows in canonical order, the format among them."""
    return tuple(sorted([Row("format", "", FORMAT), *rows]))


def key_of(rows: Manifest) -> str:
    """Hex SHA-256 of the canonical bytes: each field as `<length in bytes>:<bytes>,` in the order of the rows."""
    fields = [field.encode(errors="surrogateescape") for row in rows for field in row]
    return hashlib.sha256(b"".join(b"%d:%b," % (len(field), field) for field in fields)).hexdigest()


_SENTENCES = {
    "format": "keys are made in another way by this version of engine",
    "command": "the make command changed",
    "artifact": "its place in the build directory changed",
    "in-source": "--build-in-source changed",
    "working-directory": "WorkingDirectory changed",
    "makefile": "{name} changed",
    "platform": "the platform changed",
    "make": "the version of make changed",
    "dependency": "dependency {name} changed",
    "tool": "the output of `{name}` changed",
}

Listing = Callable[[str], Snapshot | None]
"""The snapshot with a digest, where it is still known."""


def reasons(old: Manifest, new: Manifest, listing: Listing) -> tuple[str, ...]:
    """Why the keys differ, in words, files first; `listing` finds the snapshots behind `tree` and `input` rows."""
    before = {(kind, name): value for kind, name, value in old}
    after = {(kind, name): value for kind, name, value in new}
    changed = [at for at in {**before, **after} if before.get(at) != after.get(at)]
    changed.sort(key=lambda at: (at[0] not in ("tree", "input"), at))
    found: list[str] = []
    for at in changed:
        for sentence in _sentences(at, before.get(at), after.get(at), listing):
            if sentence not in found:
                found.append(sentence)
    return tuple(found)


def _sentences(at: tuple[str, str], old: str | None, new: str | None, listing: Listing) -> list[str]:
    kind, name = at[0], at[1].removeprefix("code:").removeprefix("project:")
    if kind in ("tree", "input"):
        return _tree_changes(name, old, new, listing)
    if kind == "variable":
        verb = "is set now" if old is None else "is no longer set" if new is None else "changed"
        return [f"variable {name} {verb}"]
    if kind == "makefile" and (old in (None, ABSENT) or new in (None, ABSENT)):
        return [_reading(name, old, new)]
    return [_SENTENCES.get(kind, kind + " {name} changed").replace("{name}", name)]


def _reading(name: str, old: str | None, new: str | None) -> str:
    """What became of a makefile that is now or was absent, or not asked for at all."""
    if old in (None, ABSENT) and new in (None, ABSENT):
        return f"{name} is {'no longer' if new is None else 'now'} looked for"
    return f"{name} is {'no longer' if new in (None, ABSENT) else 'now'} read"


def _tree_changes(name: str, old: str | None, new: str | None, listing: Listing) -> list[str]:
    before, after = listing(old or ""), listing(new or "")
    if before is None or after is None:
        return [f"input {name} changed" if name else "the source directory changed"]
    return [f"{path} {verb}" for path, verb in changes(before, after)] or ["a folder or its mode changed"]


def changes(before: Snapshot, after: Snapshot) -> list[tuple[str, str]]:
    """What became of each file that differs: (path, `changed`, `added`, `removed` or `changed its mode`)."""
    old = {row.path: (row.fingerprint, normal_mode(row.stat.mode)) for row in before.rows()}
    new = {row.path: (row.fingerprint, normal_mode(row.stat.mode)) for row in after.rows()}
    found = [(path, "added") for path in new.keys() - old.keys()]
    found += [(path, "removed") for path in old.keys() - new.keys()]
    for path in new.keys() & old.keys():
        if new[path] != old[path]:
            found.append((path, "changed" if new[path][0] != old[path][0] else "changed its mode"))
    return sorted(found)
