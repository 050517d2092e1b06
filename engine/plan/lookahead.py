"""Looking ahead: two processes look at what a build with nothing to do looks at, before anything is decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from cache.snapshot import Snapshot, unchanged
from cache.verification import answered_in_two
from cache.walk import UnreadableEntry
from engine.plan.rebuilder import Rebuilder
from engine.plan.scan import Scanner
from engine.plan.trace import Trace
from engine.sam.target import Target

_WORTH_A_PROCESS = 6_000
"""Entries from which a second process gains more than its start costs, a few milliseconds."""

_ANSWERED, _TREE, _ARTIFACT = 1, 2, 4

Look = Callable[[str], bool]
"""Looks at the code directory and the artifact of a target, by full path; False: the directory must be scanned."""


class _Eyes:
    """What one process has seen; directories that targets share are looked at once."""

    def __init__(
        self, targets: Sequence[Target], trace: Trace, scanner: Scanner, path_of: Callable[[str], str]
    ) -> None:
        self._targets = targets
        self._trace = trace
        self._scanner = scanner
        self._path_of = path_of
        self._trees: dict[str, int] = {}

    def entries(self) -> int:
        """How many files and folders there are to look at, folders that targets share counted for each."""
        records = (self._trace.record(target.full_path) for target in self._targets)
        return 2 * sum(len(record.output.files) + len(record.output.directories) for record in records if record)

    def look(self, index: int) -> int:
        """What of a target is as it was."""
        target = self._targets[index]
        record = self._trace.record(target.full_path)
        if record is None:
            return _ANSWERED
        same = unchanged(self._path_of(target.full_path), record.output)
        return _ANSWERED | self._tree(target) | (_ARTIFACT if same else 0)

    def _tree(self, target: Target) -> int:
        known = self.known_tree(target)
        if known is None:
            return 0
        identity, snapshot = known
        if identity not in self._trees:
            self._trees[identity] = _TREE if unchanged(target.code_dir, snapshot) else 0
        return self._trees[identity]

    def known_tree(self, target: Target) -> tuple[str, Snapshot] | None:
        """(identity, snapshot) of the code directory as the last build saw it."""
        try:
            return self._scanner.known_tree(target.code_dir, target.properties.ignore)
        except UnreadableEntry:  # what is wrong with its ignore file is told when the directory is scanned
            return None


@contextmanager
def look_ahead(
    order: Sequence[str],
    targets: Mapping[str, Target],
    trace: Trace,
    scanner: Scanner,
    rebuilder: Rebuilder[Any],
    path_of: Callable[[str], str],
    cores: int,
) -> Iterator[Look]:
    """Gives a function to call for each target of `order` that has a record, before it is decided about.

    `scanner` then knows whether its code directory is unchanged by its stats, and `rebuilder` whether its artifact is;
    what is not found unchanged they look at themselves. They must forget it (`verified`) before make runs.
    """
    ordered = [targets[name] for name in order]
    eyes = _Eyes(ordered, trace, scanner, path_of)
    if cores < 2 or eyes.entries() < _WORTH_A_PROCESS:
        yield lambda name: True
        return
    indexes = {name: index for index, name in enumerate(order)}
    with answered_in_two(len(ordered), eyes.look) as seen:

        def look(name: str) -> bool:
            same, known = seen(indexes[name]), eyes.known_tree(targets[name])
            if same & _TREE and known is not None:
                scanner.verified.add(known[0])
            if same & _ARTIFACT:
                rebuilder.verified.add(name)
            return bool(same & _TREE)

        yield look
