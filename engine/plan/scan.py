"""Scanning inputs: each tree or file is looked at once in a build, and read only where its stats changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from cache import snapshot, walk
from cache.snapshot import Snapshot
from cache.walk import Select, UnreadableEntry
from engine.plan.manifest import ABSENT
from engine.plan.trace import Trace
from engine.plan.wildcards import TooManyStars, bounded
from engine.sam.regular_file import read_regular

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

EXCLUDED = frozenset((".aws-sam", ".git"))
"""Names that sam leaves out of its copy at every level."""

IGNORE_FILE = ".samignore"
_IGNORE_LIMIT_BYTES = 64 * 1024
"""Every path is matched with every line."""
_SelectMaker = Callable[[], Select]
_WILD = frozenset("*?[")


class BadPattern(ValueError):
    """A pattern cannot be understood; `where` is the file and line that has it, None for a declared one."""

    def __init__(self, pattern: str, where: str | None) -> None:
        super().__init__(pattern)
        self.pattern = pattern
        self.where = where


class Scanner:
    """The inputs of one build. Not safe for threads at once."""

    def __init__(self, trace: Trace, clock_ns: int, own: tuple[str, ...]) -> None:
        """`own` are absolute folders that the engine itself writes: never inputs, wherever they lie."""
        self._trace = trace
        self._clock_ns = clock_ns
        self._own = own
        self._trees: dict[str, Snapshot | None] = {}
        self._files: dict[str, str] = {}
        self._ignores: dict[str, tuple[str, ...]] = {}
        self.verified: set[str] = set()
        """Identities of input trees that were found unchanged just now."""

    def look_anew(self) -> None:
        """Forget what was seen in this build: something may have changed it."""
        for seen in (self._trees, self._files, self._ignores):
            seen.clear()

    def known_tree(self, root: str, ignore: tuple[str, ...]) -> tuple[str, Snapshot] | None:
        """(identity, snapshot) of what the last build saw of the directory `root`, not looked at again."""
        identity = _tree_identity(root, self._ignored(root), ignore)
        known = self._trace.input(identity)
        return None if known is None else (identity, known)

    def tree(self, root: str, ignore: tuple[str, ...] = ()) -> Snapshot | None:
        """What make will see of the directory `root`, symbolic links followed; None where there is no such directory.

        `ignore` are gitignore patterns beside those of a `.samignore` in `root`.

        Raises:
            UnreadableEntry: names what cannot be copied.
            BadPattern: for a pattern that cannot be understood.
        """
        lines = self._ignored(root)
        patterns = (*lines, *ignore)
        identity = _tree_identity(root, lines, ignore)
        if identity not in self._trees:
            self._trees[identity] = self._look(
                identity, root, lambda: self._select(root, _spec(patterns, root, len(lines))), True
            )
        return self._trees[identity]

    def knows(self, root: str, ignore: tuple[str, ...]) -> bool:
        """Whether `tree` has looked already in this build."""
        return _tree_identity(root, self._ignored(root), ignore) in self._trees

    def learn(self, root: str, ignore: tuple[str, ...], found: Snapshot) -> None:
        """Another process looked: `tree` need not do so again."""
        identity = _tree_identity(root, self._ignored(root), ignore)
        self._trees[identity] = found
        if self._trace.input(identity) != found:
            self._trace.set_input(identity, found)

    def _ignored(self, root: str) -> tuple[str, ...]:
        """The lines of the `.samignore` in `root`, read once."""
        if root not in self._ignores:
            self._ignores[root] = _ignore_file(root)
        return self._ignores[root]

    def inputs(self, base: str, pattern: str) -> tuple[str, Snapshot | None]:
        """(directory, snapshot) of what one glob of `BuildProperties.Inputs` matches, relative to `base`.

        A pattern that names a directory means everything in it.

        Raises:
            UnreadableEntry: names what cannot be read.
            BadPattern: for a pattern that cannot be understood.
        """
        root, rest = _start(base, pattern)
        identity = repr(("input", root, rest))
        if identity not in self._trees:
            self._trees[identity] = self._look(identity, root, lambda: self._matching(root, rest), False)
        return root, self._trees[identity]

    def counts_in_tree(self, root: str, ignore: tuple[str, ...]) -> Select:
        """What `tree` lists: says so of each path below `root`, also of one that is not there."""
        lines = self._ignored(root)
        return self._select(root, _spec((*lines, *ignore), root, len(lines)))

    def counts_in_input(self, base: str, pattern: str) -> tuple[str, Select, bool]:
        """What `inputs` lists: (directory, says so of each path below it, whether new files can come to match)."""
        root, rest = _start(base, pattern)
        return root, self._matching(root, rest), not rest or not _WILD.isdisjoint(rest)

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
            read, fingerprint = walk.read_file(path, None)
        except OSError:
            return ABSENT
        digest = fingerprint[:32].hex()
        self._trace.files[path] = (snapshot.trusted(read, self._clock_ns), digest)
        self._trace.changed = True
        return digest

    def _look(self, identity: str, root: str, select: _SelectMaker, folders: bool) -> Snapshot | None:
        previous = self._trace.input(identity)
        if previous is not None and (identity in self.verified or snapshot.unchanged(root, previous)):
            return previous
        if not os.path.isdir(root):
            return None
        found = walk.take(
            root, clock_ns=self._clock_ns, follow=True, select=select(), previous=previous, folders=folders
        )
        if found != previous:
            self._trace.set_input(identity, found)
        return found

    def _select(self, root: str, spec: GitIgnoreSpec | None) -> Select:
        """Everything but EXCLUDED names, the engine's own folders and what `spec` ignores."""
        real = os.path.realpath(root)
        own = {os.path.relpath(path, real) for path in map(os.path.realpath, self._own)}

        def select(path: str, is_directory: bool) -> bool:
            if path.rpartition("/")[2] in EXCLUDED or path in own:
                return False
            return spec is None or not _matches(spec, path, is_directory)

        return select

    def _matching(self, root: str, rest: str) -> Select:
        everything = self._select(root, None)
        if not rest:
            return everything
        spec = _spec(("/" + rest,))
        parts = rest.split("/")

        def select(path: str, is_directory: bool) -> bool:
            """A directory that leads nowhere is not entered: what is wrong in there is no matter of this input."""
            if not everything(path, is_directory):
                return False
            leads_on = is_directory and ("**" in parts or path.count("/") < len(parts) - 1)
            return leads_on or spec is None or _matches(spec, path, is_directory)

        return select


def _tree_identity(root: str, lines: tuple[str, ...], ignore: tuple[str, ...]) -> str:
    return repr(("tree", root, *lines, *ignore))


def _ignore_file(root: str) -> tuple[str, ...]:
    path = f"{root}/{IGNORE_FILE}"
    try:
        content = read_regular(path, _IGNORE_LIMIT_BYTES)
    except OSError:
        return ()
    if len(content) > _IGNORE_LIMIT_BYTES:
        raise UnreadableEntry(path, f"is larger than {_IGNORE_LIMIT_BYTES // 1024} KiB")
    text = content.decode("utf-8-sig", errors="surrogateescape")
    return tuple(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _spec(patterns: tuple[str, ...], root: str = "", in_file: int = 0) -> GitIgnoreSpec | None:
    """The meaning of gitignore patterns, the first `in_file` of which are lines of the IGNORE_FILE in `root`."""
    if not patterns:
        return None
    import re
    import warnings

    from pathspec import GitIgnoreSpec

    kept: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of re, for a class such as [[:alpha:]]
        for index, pattern in enumerate(patterns):
            try:
                kept.append(bounded(_one_line(pattern)))
                GitIgnoreSpec.from_lines(kept[-1:])
            except (ValueError, re.error) as error:
                where = f"{root}/{IGNORE_FILE}:{index + 1}" if index < in_file else None
                why = str(error) if isinstance(error, TooManyStars) else pattern
                raise BadPattern(why, where) from None
        return GitIgnoreSpec.from_lines(kept)


def _matches(spec: GitIgnoreSpec, path: str, is_directory: bool) -> bool:
    return spec.match_file(_one_line(f"{path}/" if is_directory else path))


def _one_line(text: str) -> str:
    """`text` with NUL, which no name holds, for line breaks: pathspec's `**` does not match those."""
    return text.replace("\n", "\0")


def _start(base: str, pattern: str) -> tuple[str, str]:
    """The directory that the walk for a glob starts from, and what is matched there; empty: everything in it."""
    root, rest = _split(base, pattern)
    if not rest and not os.path.isdir(root):
        return os.path.dirname(root), os.path.basename(root)
    return root, rest


def _split(base: str, pattern: str) -> tuple[str, str]:
    """The literal directory that a glob starts from (absolute), and the rest of it."""
    base = "/" if pattern.startswith("/") else base
    parts = [part for part in pattern.split("/") if part]
    literal = 0
    while literal < len(parts) and not _WILD & set(parts[literal]):
        literal += 1
    return os.path.normpath(os.path.join(base, *parts[:literal])), "/".join(parts[literal:])
