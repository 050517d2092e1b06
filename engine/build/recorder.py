"""Recording a successful run: only what was made from exactly what the key names goes into the store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from cache import snapshot, walk
from engine.build.inplace import Watch
from engine.build.results import Results
from engine.plan.action import Action, Reading
from engine.plan.manifest import ABSENT, Row
from engine.plan.scan import Scanner
from engine.plan.trace import UNRECORDED_KEY, TargetRecord
from engine.run.executor import Ran


class Recorder:
    """Turns what a run left into a record, and into a result in the store."""

    def __init__(self, results: Results, path_of: Callable[[str], str], scanner_now: Callable[[], Scanner]) -> None:
        """`path_of` gives a target's artifact directory, `scanner_now` a scanner that has looked at nothing yet."""
        self._results = results
        self._path_of = path_of
        self._scanner_now = scanner_now

    def record(self, action: Action, ran: Ran, watch: Watch) -> TargetRecord:
        """Record the artifact that `ran` left; `watch` knows what the run did where it worked in place.

        Raises:
            UnreadableEntry: for an artifact that holds sockets or other special files.
            ChangedWhileRead: for one that something still writes into.
        """
        directory = self._path_of(action.target.full_path)
        recorded = _as_left(action, watch) if ran.faithful and self.undisturbed(action, ran, watch) else None
        if recorded is None:
            output = self._results.look(directory)
            return TargetRecord(UNRECORDED_KEY, action.manifest, output, output.digest, ran.seconds)
        output = self._results.keep(recorded.key, directory, ran.log, ran.seconds)
        return TargetRecord(recorded.key, recorded.manifest, output, output.digest, ran.seconds)

    def undisturbed(self, action: Action, ran: Ran, watch: Watch | None = None) -> bool:
        """Whether what make could read where it lies is what the key names, and was so all the time.

        What `watch` covers is not looked at: make works there.

        Stats tell; where they differ or cannot be trusted the bytes must be the same and older than the run, since
        what was changed and changed back may have been read in between.
        """
        scanner = self._scanner_now()
        apart = watch.covers if watch is not None else _nothing
        return (
            all(_read_as(path, digest, ran.clock_ns) for path, digest in action.makefiles if not apart(path))
            and all(_is_as_read(reading, scanner, ran) for reading in action.in_place if not apart(reading.root))
            and not any(_appeared(action, scanner, apart))
        )


def _nothing(path: str) -> bool:
    return False


def _is_as_read(reading: Reading, scanner: Scanner, ran: Ran) -> bool:
    if snapshot.unchanged(reading.root, reading.snapshot):
        return True
    now = reading.again(scanner)
    if now is None or now.digest != reading.snapshot.digest:
        return False
    return not snapshot.may_be_as_late(now.newest_change_ns(), ran.clock_ns)


def _appeared(action: Action, scanner: Scanner, apart: Callable[[str], bool]) -> Iterator[bool]:
    """Whether what is declared is there now, for each declaration of something that was not there before the run."""
    target = action.target
    read = {reading.declared or reading.root for reading in action.in_place}
    base = target.properties.inputs_base
    for pattern in target.properties.inputs:
        if (base, pattern) not in read:
            root, found = scanner.inputs(base, pattern)
            yield found is not None and not apart(root)
    if action.tree is None and not apart(target.code_dir):
        yield os.path.isdir(target.code_dir)


def _as_left(action: Action, watch: Watch) -> Action | None:
    """The action itself; after a run in place, the action of what is there now, where only make changed it.

    A second run, in what the first one left, is taken to leave the same artifact. Who edits sources during a build gets
    a result that is not recorded.
    """
    if not watch.places:
        return action
    now = watch.now
    if now is None or watch.edited or _elsewhere(now) != _elsewhere(action) or _edits_makefiles(action, now, watch):
        return None
    return now


def _elsewhere(action: Action) -> list[Row]:
    """The rows that say nothing of what make may have written."""
    return [Row(*row) for row in action.manifest if row[0] not in ("tree", "input", "makefile", "variable")]


def _edits_makefiles(action: Action, now: Action, watch: Watch) -> bool:
    """Whether a makefile in a place of the run changed that is no part of a tree there; one that came is make's."""
    found = dict(now.makefiles)
    listed = {f"{reading.root}/{path}" for reading in action.in_place for path in reading.snapshot.files}
    return any(
        found.get(path) != digest
        for path, digest in action.makefiles
        if digest != ABSENT and watch.covers(path) and path not in listed
    )


def _read_as(path: str, digest: str, clock_ns: int) -> bool:
    """Whether a makefile's bytes have this digest, and had it since `clock_ns`."""
    try:
        if walk.read_file(path, None)[1][:32].hex() != digest:
            return False
        return not snapshot.may_be_as_late(os.stat(path).st_ctime_ns, clock_ns)
    except OSError:
        return digest == ABSENT
