"""What the makefiles of a target are and which environment variables they name, remembered by content."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import NamedTuple

from cache.snapshot import Snapshot
from engine.make.environment import named_variables
from engine.make.includes import may_read_others, names_goal
from engine.plan.scan import Scanner
from engine.plan.trace import Trace
from engine.sam.target import Target

Ask = Callable[[Target, Snapshot | None], tuple[str, ...]]
"""(target, the snapshot of its code directory) -> the other makefiles that make opens or looks for: absolute paths, and
relative ones of those that it reads in its copy of the code directory."""


class MakefileSet(NamedTuple):
    """The makefiles that make reads or looks for, as absolute paths."""

    in_place: tuple[str, ...]
    """The target's own makefile, then those outside of the code directory: make reads them where they lie."""
    copied: tuple[str, ...]
    """Those in the code directory, whose content is part of its tree."""


class _Facts(NamedTuple):
    """What the text of one makefile says; marshalled as a plain tuple."""

    includes: bool
    """Whether it may read other makefiles."""
    goal: bool
    """Whether that may depend on the goal."""
    variables: tuple[str, ...]
    """Variables of this environment that it names."""


class Makefiles:
    """Facts about makefiles, asked of make only when something that decides them changed."""

    def __init__(self, trace: Trace, scanner: Scanner, environ: dict[str, str], ask: Ask) -> None:
        self._trace = trace
        self._scanner = scanner
        self._environ = environ
        self._ask = ask
        self._names = hashlib.sha256("\0".join(sorted(environ)).encode(errors="surrogateescape")).hexdigest()
        self._read: dict[tuple[str, ...], MakefileSet] = {}
        self._listings: dict[str, str] = {}

    def read_by(self, target: Target, tree: Snapshot | None) -> MakefileSet:
        """The makefile of `target` and every other one that it reads or looks for."""
        if not self._facts(target.makefile).includes:
            return MakefileSet((target.makefile,), ())
        at: tuple[str, ...] = (target.makefile, target.code_dir, target.working_dir or "")
        found = self._read.get(at) or self._remembered(at, target, tree)
        if any(self._facts(path).goal for path in (*found.in_place, *found.copied)):
            at = (*at, target.make_target)
            found = self._read.get(at) or self._remembered(at, target, tree)
        self._read[at] = found
        return found

    def variables(self, makefiles: MakefileSet) -> frozenset[str]:
        """The environment's variables that the makefiles name."""
        paths = (*makefiles.in_place, *makefiles.copied)
        return frozenset(name for path in paths for name in self._facts(path).variables)

    def _facts(self, makefile: str) -> _Facts:
        digest = self._scanner.file(makefile)
        identity = f"{digest} {self._names}"
        known = self._trace.makefiles.get(identity)
        if known is not None:
            return _Facts(*known)
        content = _content(makefile)
        names = tuple(sorted(named_variables([content], self._environ)))
        facts = _Facts(may_read_others(content, self._environ), names_goal(content), names)
        if hashlib.sha256(content).hexdigest() == digest:  # else it is being edited, and these are facts of another
            self._trace.makefiles[identity] = tuple(facts)
            self._trace.changed = True
        return facts

    def _remembered(self, at: tuple[str, ...], target: Target, tree: Snapshot | None) -> MakefileSet:
        """What make said earlier, where all that decided it is as it was; else what it says now."""
        identity = "\0".join(at)
        known = self._trace.makefiles.get(identity)
        if known is not None:
            found = MakefileSet(*known[0])
            if known[1] == self._decided_by(found, target, tree):
                return found
        others = self._ask(target, tree)
        outside = (path for path in others if os.path.isabs(path))
        copied = (os.path.join(target.code_dir, path) for path in others if not os.path.isabs(path))
        found = MakefileSet((target.makefile, *outside), tuple(copied))
        self._trace.makefiles[identity] = (tuple(found), self._decided_by(found, target, tree))
        self._trace.changed = True
        return found

    def _decided_by(self, found: MakefileSet, target: Target, tree: Snapshot | None) -> str:
        """Digest of all that can decide which makefiles are read.

        The names in the folders of makefiles outside the code directory count, and those beside it: that is where a
        `$(wildcard)` finds one more.
        """
        names = self.variables(found) | {"MAKEFILES"}
        folders = {os.path.dirname(path) for path in (*found.in_place, target.code_dir)}
        lines = [tree.digest if tree else ""]
        lines += [f"{path}={self._scanner.file(path)}" for path in (*found.in_place, *found.copied)]
        lines += [f"{name}={self._environ.get(name)}" for name in sorted(names)]
        lines += [f"{folder}={self._listing(folder)}" for folder in sorted(folders) if folder != target.code_dir]
        return hashlib.sha256("\0".join(lines).encode(errors="surrogateescape")).hexdigest()

    def _listing(self, folder: str) -> str:
        if folder not in self._listings:
            try:
                self._listings[folder] = "/".join(sorted(os.listdir(folder)))
            except OSError:
                self._listings[folder] = ""
        return self._listings[folder]


def _content(path: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            return file.read()
    except OSError:
        return b""
