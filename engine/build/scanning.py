"""Scanning in bulk: several processes read the code directories that changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from cache.snapshot import Snapshot
from cache.walk import UnreadableEntry
from engine.plan.scan import BadPattern, Scanner
from engine.run.crew import crew
from engine.run.process import Processes
from engine.sam.target import Target

_WORTH_A_PROCESS = 8
"""Directories for each process: with fewer its start costs more than it gains."""


def scan_in_bulk(
    scanner: Scanner, targets: Iterable[Target], processes: Processes, cores: int, stop: Callable[[], bool]
) -> None:
    """Let `scanner` know the code directories of the targets; one that cannot be read it finds so when it is asked.

    The process must have no other thread.
    """
    unknown = list(dict.fromkeys(_unknown(scanner, targets)))
    others = min(cores, len(unknown) // _WORTH_A_PROCESS) - 1
    if others < 1:
        return

    def work(index: int) -> tuple[Any, ...] | None:
        try:
            found = scanner.tree(*unknown[index])
        except (BadPattern, UnreadableEntry):
            return None
        return None if found is None else tuple(found)

    with crew(processes, len(unknown), others, work, stop) as answers:
        for index, found in answers:
            if found is not None and not scanner.knows(*unknown[index]):
                scanner.learn(*unknown[index], Snapshot(*found))


def _unknown(scanner: Scanner, targets: Iterable[Target]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for target in targets:
        with suppress(UnreadableEntry):  # its ignore file is no such file: told when the directory is asked for
            if not scanner.knows(target.code_dir, target.properties.ignore):
                yield target.code_dir, target.properties.ignore
