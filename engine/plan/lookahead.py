"""Looking ahead: what a build with nothing to do will look at is looked at together, before anything is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from cache.verification import Check, unchanged_all
from engine.plan.rebuilder import Rebuilder
from engine.plan.scan import Scanner
from engine.plan.trace import Trace
from engine.sam.target import Target


@contextmanager
def look_ahead(
    targets: Iterable[Target],
    trace: Trace,
    scanner: Scanner,
    rebuilder: Rebuilder[Any],
    path_of: Callable[[str], str],
    cores: int,
) -> Iterator[None]:
    """Within, `scanner` knows which code directories, and `rebuilder` which artifacts, are unchanged by their stats.

    Both would find that out one by one; what is not found unchanged here they look at themselves. Afterwards, when
    make has run, they know nothing of it.
    """
    trees: dict[str, Check] = {}
    artifacts: dict[str, Check] = {}
    for target in targets:
        record = trace.record(target.full_path)
        if record is None:
            continue
        artifacts[target.full_path] = (path_of(target.full_path), record.output)
        known = scanner.known_tree(target.code_dir, target.properties.ignore)
        if known is not None:
            trees[known[0]] = (target.code_dir, known[1])
    same = unchanged_all([*trees.values(), *artifacts.values()], cores)
    scanner.verified = frozenset(identity for identity, unchanged in zip(trees, same, strict=False) if unchanged)
    same = same[len(trees) :]
    rebuilder.verified = frozenset(name for name, unchanged in zip(artifacts, same, strict=True) if unchanged)
    try:
        yield
    finally:
        scanner.verified = rebuilder.verified = frozenset()
