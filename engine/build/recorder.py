"""Recording a successful run: only what was made from exactly what the key names goes into the store."""

from __future__ import annotations

import os
from collections.abc import Callable

from cache import snapshot, walk
from engine.build.results import Results
from engine.plan.action import Action
from engine.plan.manifest import ABSENT, Row, key_of, manifest
from engine.plan.scan import Scanner
from engine.plan.trace import UNRECORDED_KEY, TargetRecord
from engine.run.executor import Ran


class Recorder:
    """Turns what a run left into a record, and into a result in the store."""

    def __init__(
        self,
        results: Results,
        path_of: Callable[[str], str],
        scanner_now: Callable[[], Scanner],
        *,
        in_source: bool,
    ) -> None:
        """`path_of` gives a target's artifact directory, `scanner_now` a scanner that has looked at nothing yet."""
        self._results = results
        self._path_of = path_of
        self._scanner_now = scanner_now
        self._in_source = in_source

    def record(self, action: Action, ran: Ran) -> TargetRecord:
        """Record the artifact that `ran` left.

        Raises:
            UnreadableEntry: for an artifact that holds sockets or other special files.
            ChangedWhileRead: for one that something still writes into.
        """
        directory = self._path_of(action.target.full_path)
        recorded = self._as_it_ran(action) if ran.faithful and self.undisturbed(action, ran) else None
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
        after = self._scanner_now().tree(action.target.code_dir, action.target.properties.ignore)
        if after is None or action.tree is None:
            return None
        before = {row.path: row.fingerprint for row in action.tree.rows()}
        now = {row.path: row.fingerprint for row in after.rows()}
        if any(now.get(path) != fingerprint for path, fingerprint in before.items()):
            return None
        rows = [row for row in action.manifest if row.kind not in ("tree", "format")]
        changed = manifest([*rows, Row("tree", "", after.digest)])
        return action._replace(key=key_of(changed), manifest=changed, tree=after)

    def undisturbed(self, action: Action, ran: Ran) -> bool:
        """Whether what make could read where it lies is what the key names, and was so all the time.

        Stats tell; where they differ or cannot be trusted the bytes must be the same and older than the run, since
        what was changed and changed back may have been read in between.
        """
        if any(not _read_as(path, digest, ran.clock_ns) for path, digest in action.makefiles):
            return False
        scanner = self._scanner_now()
        for reading in action.in_place:
            if self._in_source and reading.root == action.target.code_dir:
                continue
            if not snapshot.unchanged(reading.root, reading.snapshot):
                now = reading.again(scanner)
                if now is None or now.digest != reading.snapshot.digest:
                    return False
                if snapshot.may_be_as_late(now.newest_change_ns(), ran.clock_ns):
                    return False
        return True


def _read_as(path: str, digest: str, clock_ns: int) -> bool:
    """Whether a makefile's bytes have this digest, and had it since `clock_ns`."""
    try:
        if walk.read_file(path, None)[1][:32].hex() != digest:
            return False
        return not snapshot.may_be_as_late(os.stat(path).st_ctime_ns, clock_ns)
    except OSError:
        return digest == ABSENT
