"""Says why two contents differ: looks into archives and compressed streams, else at their bytes."""

from __future__ import annotations

from functools import partial

from engine.verify.ars import ar_members
from engine.verify.compressed import compare_compressed
from engine.verify.content import Content, same
from engine.verify.difference import Finding
from engine.verify.members import compare_members
from engine.verify.order import other_order
from engine.verify.tars import tar_members
from engine.verify.tokens import build_id, paths_of, pyc_stamp, temporary_path, time_in_text
from engine.verify.walk import walk
from engine.verify.zips import zip_members

_DEEPEST = 4
"""Archives in archives beyond this are compared as any other file."""
_FORMATS = (tar_members, ar_members, zip_members)


def findings(first: Content, second: Content, roots: tuple[str, ...], depth: int = 0) -> list[Finding]:
    """Why two contents differ, each kind once in each member; nothing where they are the same.

    `roots` are folders that the second build ran in or below; a text that begins with one is an absolute path. Memory
    is bounded: what is looked into is at most 32 MiB on each level, all else is compared piece by piece.
    """
    if same(first, second):
        return []
    descend = partial(findings, roots=roots, depth=depth + 1)
    if depth < _DEEPEST:
        found = compare_compressed(first, second, descend)
        if found is not None:
            return found
        for members in _FORMATS:
            before = members(first)
            after = members(second) if before is not None else None
            if before is not None and after is not None:
                return compare_members(before, after, descend) or _plain(first, second, roots)
    return _plain(first, second, roots)


def _plain(first: Content, second: Content, roots: tuple[str, ...]) -> list[Finding]:
    ordered = other_order(first, second)
    if ordered is not None:
        return [ordered]
    return walk(first, second, (pyc_stamp, build_id, paths_of(roots), temporary_path, time_in_text))
