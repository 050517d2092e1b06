"""Recording a successful run: only what was made from exactly what the key names goes into the store."""

from __future__ import annotations

import os
from collections.abc import Callable

from cache import snapshot
from cache.snapshot import Snapshot
from engine.build.results import Results
from engine.plan.action import Action
from engine.plan.manifest import ABSENT, Row, key_of, manifest
from engine.plan.trace import TargetRecord
from engine.run.executor import Ran

UNRECORDED_KEY = "unrecorded"
"""Key of a record whose artifact was made from inputs that changed meanwhile: it matches no action."""


class Recorder:
    """Turns what a run left into a record, and into a result in the store."""

    def __init__(
        self,
        results: Results,
        path_of: Callable[[str], str],
        look: Callable[[Action], Snapshot | None],
        *,
        in_source: bool,
    ) -> None:
        """`path_of` gives a target's artifact directory, `look` its code directory as it is now."""
        self._results = results
        self._path_of = path_of
        self._look = look
        self._in_source = in_source

    def record(self, action: Action, ran: Ran) -> TargetRecord:
        """Record the artifact that `ran` left.

        Raises:
            UnreadableEntry: for an artifact that holds sockets or other special files.
        """
        directory = self._path_of(action.target.full_path)
        recorded = self._as_it_ran(action) if ran.faithful and _in_place_unchanged(action) else None
        if recorded is None:
            output = self._results.look(directory)
            return TargetRecord(UNRECORDED_KEY, action.manifest, output, output.digest, ran.seconds)
        output = self._results.keep(recorded.key, directory, ran.log, ran.seconds)
        return TargetRecord(recorded.key, recorded.manifest, output, output.digest, ran.seconds)

    def _as_it_ran(self, action: Action) -> Action | None:
        """The action itself; in the source directory, the action of what is there after the run.

        make may have added files of its own to the sources then. What was there before must still be the same: who
        edits sources during a build gets a result that is not recorded.
        """
        if not self._in_source:
            return action
        after = self._look(action)
        if after is None or action.tree is None:
            return None
        before = {row.path: row.fingerprint for row in action.tree.rows()}
        now = {row.path: row.fingerprint for row in after.rows()}
        if any(now.get(path) != fingerprint for path, fingerprint in before.items()):
            return None
        rows = [row for row in action.manifest if row.kind not in ("tree", "format")]
        changed = manifest([*rows, Row("tree", "", after.digest)])
        return action._replace(key=key_of(changed), manifest=changed, tree=after)


def _in_place_unchanged(action: Action) -> bool:
    """Whether what make read where it lies is still what the key names."""
    return all(_same_tree(reading.root, reading.snapshot) for reading in action.in_place) and all(
        _digest_of(path) == digest for path, digest in action.makefiles
    )


def _same_tree(root: str, known: Snapshot) -> bool:
    if snapshot.unchanged(root, known):
        return True
    return all(_digest_of(os.path.join(root, row.path)) == row.fingerprint[:32].hex() for row in known.rows())


def _digest_of(path: str) -> str:
    try:
        return snapshot.read_file(path, None)[1][:32].hex()
    except OSError:
        return ABSENT
