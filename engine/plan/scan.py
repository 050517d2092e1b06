"""Scanning inputs: each tree or file is looked at once in a build, and read only where its stats changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from cache import snapshot
from cache.snapshot import Select, Snapshot
from engine.plan.manifest import ABSENT
from engine.plan.trace import Trace

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

EXCLUDED = frozenset((".aws-sam", ".git"))
"""Names that sam leaves out of its copy at every level."""

IGNORE_FILE = ".samignore"
_SelectMaker = Callable[[], Select]
_WILD = frozenset("*?[")


class Scanner:
    """The inputs of one build. Not safe for threads at once."""

    def __init__(self, trace: Trace, clock_ns: int, own: tuple[str, ...]) -> None:
        """`own` are absolute folders that the engine itself writes: never inputs, wherever they lie."""
        self._trace = trace
        self._clock_ns = clock_ns
        self._own = own
        self._trees: dict[str, Snapshot | None] = {}
        self._files: dict[str, str] = {}

    def tree(self, root: str, ignore: tuple[str, ...] = ()) -> Snapshot | None:
        """What make will see of the directory `root`, symbolic links followed; None where there is no such directory.

        `ignore` are gitignore patterns beside those of a `.samignore` in `root`.

        Raises:
            UnreadableEntry: names what cannot be copied.
        """
        patterns = (*_ignore_file(root), *ignore)
        identity = "\0".join((root, *patterns))
        if identity not in self._trees:
            self._trees[identity] = self._look(identity, root, lambda: self._select(root, patterns), True)
        return self._trees[identity]

    def inputs(self, base: str, pattern: str) -> tuple[str, Snapshot | None]:
        """(directory, snapshot) of what one glob of `BuildProperties.Inputs` matches, relative to `base`.

        A pattern that names a directory means everything in it.
        """
        root, rest = _split(base, pattern)
        if not rest and not os.path.isdir(root):
            root, rest = os.path.dirname(root), os.path.basename(root)
        identity = f"{root}\0\0{rest}"
        if identity not in self._trees:
            self._trees[identity] = self._look(identity, root, lambda: self._matching(root, rest), False)
        return root, self._trees[identity]

    def file(self, path: str) -> str:
        """Hex SHA-256 of one file that is read in place, or ABSENT."""
        if path not in self._files:
            self._files[path] = self._fingerprint(path)
        return self._files[path]

    def _fingerprint(self, path: str) -> str:
        known = self._trace.files.get(path)
        try:
            status = snapshot.key_of(os.stat(path))
            if known is not None and known[0] == status:
                return str(known[1])
            read, fingerprint = snapshot.read_file(path, None)
        except OSError:
            return ABSENT
        digest = fingerprint[:32].hex()
        self._trace.files[path] = (snapshot.trusted(read, self._clock_ns), digest)
        self._trace.changed = True
        return digest

    def _look(self, identity: str, root: str, select: _SelectMaker, folders: bool) -> Snapshot | None:
        known = self._trace.inputs.get(identity)
        previous = Snapshot(*known) if known is not None else None
        if previous is not None and snapshot.unchanged(root, previous):
            return previous
        if not os.path.isdir(root):
            return None
        found = snapshot.take(
            root, clock_ns=self._clock_ns, follow=True, select=select(), previous=previous, folders=folders
        )
        if found != previous:
            self._trace.set_input(identity, found)
        return found

    def _select(self, root: str, patterns: tuple[str, ...]) -> Select:
        """Everything but EXCLUDED names, the engine's own folders and what the patterns ignore."""
        own = {os.path.relpath(path, root) for path in self._own if path.startswith(root.rstrip("/") + "/")}
        spec = _spec(patterns)

        def select(path: str, is_directory: bool) -> bool:
            if path.rpartition("/")[2] in EXCLUDED or path in own:
                return False
            return spec is None or not spec.match_file(path + "/" if is_directory else path)

        return select

    def _matching(self, root: str, rest: str) -> Select:
        everything = self._select(root, ())
        spec = _spec(("/" + rest,)) if rest else None

        def select(path: str, is_directory: bool) -> bool:
            return everything(path, is_directory) and (spec is None or is_directory or spec.match_file(path))

        return select


def _ignore_file(root: str) -> tuple[str, ...]:
    try:
        with open(os.path.join(root, IGNORE_FILE), encoding="utf-8", errors="surrogateescape") as file:
            return tuple(file.read().splitlines())
    except OSError:
        return ()


def _spec(patterns: tuple[str, ...]) -> GitIgnoreSpec | None:
    if not patterns:
        return None
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(patterns)


def _split(base: str, pattern: str) -> tuple[str, str]:
    """The literal directory that a glob starts from (absolute), and the rest of it."""
    parts = pattern.split("/")
    literal = 0
    while literal < len(parts) and not _WILD & set(parts[literal]):
        literal += 1
    return os.path.normpath(os.path.join(base, *parts[:literal])), "/".join(parts[literal:])
