"""Results of actions in the store: found, restored and kept, or done without when the store fails."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from cache import snapshot, walk
from cache.clone import write_all
from cache.errors import BlobCorrupt, BlobMissing, CacheError, NotRepresentable, StoreUnavailable
from cache.remove import remove_tree
from cache.snapshot import Snapshot
from cache.wire import ActionResult, OutputDirectory

if TYPE_CHECKING:
    from cache.digest import Fingerprint
    from cache.disk import DiskStore
    from cache.ingest import Ingested
    from cache.materialise import LinkMode
    from cache.tree import Tree

_LOG_LIMIT_BYTES = 64 * 1024**2
_LONGEST_S = 7 * 24 * 3600.0
"""A result that says that make ran for longer is not believed."""
_WARNINGS = 5
"""Refused results of one build that are named; a damaged disk may hold thousands."""
_ROOM_CHECKED_FROM_BYTES = 1 << 30
_NS = 1_000_000_000


class Results:
    """The action results of one build. After the first failure of the store as a whole it is not asked again.

    A store that cannot be written to, such as a read-only one or one on a full disk, is still read.
    """

    def __init__(self, store: DiskStore | None, warn: Callable[[str], None], clock_dir: str) -> None:
        """`clock_dir` lies on the file system of the artifacts."""
        self._store = store
        self._warn = warn
        self._clock_dir = clock_dir
        self._tell: Callable[[str], None] = self._tell_of_a_few
        self._named = 0
        self._unusable: set[str] = set()
        self._takes_more = True

    def apart(self, refused: Callable[[str], None]) -> Results:
        """The same results for a process of its own, which is to tell `refused` of each that cannot be used.

        Of a store that fails as a whole it says nothing: whoever asks next finds it so.
        """
        made = Results(self._store, lambda message: None, self._clock_dir)
        made._tell = refused
        return made

    def take_added(self) -> int:
        """Bytes, as charged, that came into the store since the last call; another process counts them by `count`."""
        if self._store is None:
            return 0
        added_bytes, self._store.folder.added_bytes = self._store.folder.added_bytes, 0
        return added_bytes

    def count(self, added_bytes: int) -> None:
        """Count what another process added to the store."""
        if self._store is not None:
            self._store.folder.added_bytes += added_bytes

    def give_up(self, key: str, warning: str) -> None:
        """Tell what another process found wrong with the result of this action, which cannot be used."""
        self._unusable.add(key)
        self._tell(warning)

    def may_have(self, key: str) -> bool:
        """Whether there is a result of the action with this key, usable or not."""
        return self._store is not None and self._store.holds(key)

    def find(self, key: str, *, whole: bool = True) -> ActionResult | None:
        """A result of the action with this key; without `whole` only restoring it shows whether its blobs are there."""
        if self._store is None or key in self._unusable:
            return None
        try:
            result = self._store.look_up(key, whole=whole)
            if result is not None and not _is_usable(result):
                raise BlobCorrupt(f"{key} is not the result of a build that succeeded, with one directory")
        except StoreUnavailable as error:
            self._give_up(error)
            return None
        except (BlobCorrupt, BlobMissing) as error:
            self._refuse(error)
            return None
        return result

    def restore(self, key: str, result: ActionResult, staged: str, log: str, link_mode: LinkMode) -> Snapshot | None:
        """Materialise the result of `key` at `staged`, which is not there yet, and its log at `log`; None if it cannot.

        Nothing is left at `staged` then, and the damaged part is no longer in the store.
        """
        from cache.completeness import read_tree
        from cache.materialise import materialise

        if self._store is None:
            return None
        clock_ns = snapshot.filesystem_clock_ns(self._clock_dir)
        try:
            tree = read_tree(self._store, result.output_directories[0].tree_digest)
            _check_room(tree, os.path.dirname(staged))
            self._restore_log(result, log)
            made = materialise(tree, staged, self._store, link_mode)
        except (BlobMissing, BlobCorrupt) as error:
            self._refuse(type(error)(f"{self._store.result_path(key)}: {error}"))
            return None
        except OSError as error:  # no room, or names that this file system does not take
            self._tell(
                f"{staged}: a cached result cannot be put in place, make runs instead: {error.strerror or error}"
            )
            return None
        except StoreUnavailable as error:
            self._give_up(error)
            return None
        return _snapshot(tree, made.stats, made.fingerprints, clock_ns)

    def keep(self, key: str, directory: str, log: str, seconds: float) -> Snapshot:
        """Record what make left in `directory` under `key`; its snapshot, also where the store cannot take it.

        Raises:
            UnreadableEntry: for an artifact that holds sockets or other special files.
            ChangedWhileRead: for one that something still writes into.
        """
        if self._store is not None and self._takes_more:
            clock_ns = snapshot.filesystem_clock_ns(self._clock_dir)
            try:
                ingested = self._ingest(key, directory, log, seconds)
                return _snapshot(ingested.tree, ingested.stats, ingested.fingerprints, clock_ns)
            except StoreUnavailable as error:
                self._stop_writing(error)
            except NotRepresentable as error:
                output = self.look(directory)
                self._warn(f"{directory} is used but not cached: {error}")
                return output
        return self.look(directory)

    def look(self, directory: str) -> Snapshot:
        """The snapshot of an artifact directory.

        Raises:
            UnreadableEntry: for an artifact that holds sockets or other special files.
        """
        clock_ns = snapshot.filesystem_clock_ns(self._clock_dir)
        return walk.take(directory, clock_ns=clock_ns, follow=False)

    def _ingest(self, key: str, directory: str, log: str, seconds: float) -> Ingested:
        from cache.digest import fingerprint_file
        from cache.ingest import ingest

        store = self._store
        assert store is not None
        ingested = ingest(directory, store)
        log_digest = fingerprint_file(log).digest if os.path.getsize(log) <= _LOG_LIMIT_BYTES else None
        if log_digest is not None:
            store.put_file(log, log_digest)
        completed_ns = time.time_ns()
        output = OutputDirectory("", ingested.tree_digest, root_directory_digest=ingested.root_digest)
        store.put(
            key,
            ActionResult(
                output_directories=(output,),
                stdout_digest=log_digest,
                execution_start_ns=completed_ns - int(seconds * _NS),
                execution_completed_ns=completed_ns,
            ),
        )
        return ingested

    def _restore_log(self, result: ActionResult, log: str) -> None:
        assert self._store is not None
        content = self._store.read(result.stdout_digest, _LOG_LIMIT_BYTES) if result.stdout_digest else b""
        try:
            _replace(log, content)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(log), exist_ok=True)
            _replace(log, content)

    def _refuse(self, error: CacheError) -> None:
        way_out = "`engine cache verify --repair` removes all that is damaged"
        self._tell(f"a cached result cannot be used, make runs instead: {error} ({way_out})")

    def _tell_of_a_few(self, warning: str) -> None:
        """Name what cannot be used, but not thousands of it."""
        self._named += 1
        if self._named <= _WARNINGS:
            self._warn(warning)
        elif self._named == _WARNINGS + 1:
            self._warn("more cached results cannot be used; they are not named one by one")

    def _stop_writing(self, error: CacheError) -> None:
        if self._takes_more:
            self._takes_more = False
            self._warn(f"{error}; what this build makes from now on is not cached")

    def _give_up(self, error: CacheError) -> None:
        if self._store is not None:
            self._store = None
            self._warn(f"{error}; the build goes on without it")


def _replace(path: str, content: bytes) -> None:
    temporary = f"{path}.new"
    remove_tree(temporary)  # a link that lies there would be written through
    with open(temporary, "xb", buffering=0) as file:
        write_all(file.fileno(), content)
    try:
        os.replace(temporary, path)
    except IsADirectoryError:
        remove_tree(path)
        os.replace(temporary, path)


def _check_room(tree: Tree, folder: str) -> None:
    """Refuse what a small store may name and no disk holds: one blob can be a million files of a tree.

    Raises:
        OSError: the tree's files are larger than what is free.
    """
    if tree.content_bytes > _ROOM_CHECKED_FROM_BYTES:
        room = os.statvfs(folder)
        if tree.content_bytes > room.f_bavail * room.f_frsize:
            raise OSError(errno.ENOSPC, f"its files have {tree.content_bytes:,} bytes, more than is free", folder)


def _is_usable(result: ActionResult) -> bool:
    """Whether it is a result as this engine leaves them: of a success, with one directory. A store may hold others."""
    is_plain = result.exit_code == 0 and not result.output_files and result.stderr_digest is None
    return is_plain and [output.path for output in result.output_directories] == [""]


def seconds_of(result: ActionResult) -> float:
    """How long make took for a result, in seconds; 0.0 where it does not say."""
    if result.execution_start_ns is None or result.execution_completed_ns is None:
        return 0.0
    seconds = (result.execution_completed_ns - result.execution_start_ns) / _NS
    return seconds if 0.0 < seconds < _LONGEST_S else 0.0


def _snapshot(
    tree: Tree, stats: tuple[tuple[str, snapshot.Stat], ...], fingerprints: dict[str, Fingerprint], clock_ns: int
) -> Snapshot:
    by_path = dict(stats)
    directories = [("", snapshot.trusted(by_path[""], clock_ns))]
    files, links = [], []
    for entry in tree.entries:
        if entry.kind == "directory":
            directories.append((entry.path, snapshot.trusted(by_path[entry.path], clock_ns)))
        elif entry.kind == "file":
            fingerprint = fingerprints[entry.path]
            digests = bytes.fromhex(fingerprint.digest.hash + fingerprint.xxh3)
            files.append((entry.path, snapshot.trusted(by_path[entry.path], clock_ns), digests))
        else:
            links.append((entry.path, entry.target or ""))
    return snapshot.assemble(directories, files, links, follow=False)
