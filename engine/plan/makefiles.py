"""What the makefiles of a target are and which environment variables they name, remembered by content."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Any, NamedTuple

from cache.snapshot import Snapshot
from engine.make import flags
from engine.make.environment import reached_variables
from engine.plan.scan import Scanner
from engine.plan.trace import Trace
from engine.sam.target import Target

Ask = Callable[[Target, Snapshot | None, bool], tuple[str, ...]]
"""(target, the snapshot of its code directory, whether ARTIFACTS_DIR is the target's own and not a stand-in) -> the
other makefiles that make opens or looks for: absolute paths, and relative ones of those that it reads in its copy of
the code directory."""

_ALWAYS = frozenset(("MAKEFILES", *flags.VARIABLES, "HOME"))
"""Variables that decide which makefiles are read though none names them: `include ~/x.mk` means HOME."""


class MakefileSet(NamedTuple):
    """The makefiles that make reads or looks for, as absolute paths."""

    in_place: tuple[str, ...]
    """The target's own makefile, then those outside of the code directory: make reads them where they lie."""
    copied: tuple[str, ...]
    """Those in the code directory, whose content is part of its tree."""
    called: tuple[str, ...] = ()
    """Others in the code directory, which a recursive make may read."""


class _Facts(NamedTuple):
    """`engine.make.facts.Facts` as the trace keeps them: what reads makefiles is imported only to read one."""

    includes: bool
    looks: bool
    calls: tuple[str, ...] | None
    variables: tuple[str, ...]


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
        self._reached: dict[frozenset[str], frozenset[str]] = {}
        self._inside: dict[tuple[str, str, frozenset[str]], tuple[str, ...]] = {}

    def look_anew(self) -> None:
        """Forget what was seen in this build: something may have changed it."""
        for seen in (self._read, self._listings, self._inside):
            seen.clear()

    def read_by(self, target: Target, tree: Snapshot | None) -> MakefileSet:
        """The makefile of `target`, every other one that it reads or looks for, and those that it calls."""
        found = MakefileSet((target.makefile,), ())
        if self._facts(target.makefile).includes:
            at = (target.makefile, target.code_dir, target.working_dir or "")
            found = self._read_at(at, target, tree, False)
            if self._depends_on_target(found):
                found = self._read_at((*at, target.full_path, target.make_target), target, tree, True)
        return found._replace(called=self._called(found, target, tree))

    def variables(self, makefiles: MakefileSet) -> frozenset[str]:
        """The environment's variables that the makefiles read."""
        paths = (*makefiles.in_place, *makefiles.copied, *makefiles.called)
        named = frozenset(name for path in paths for name in self._facts(path).variables)
        if named not in self._reached:
            self._reached[named] = reached_variables(named.union(flags.VARIABLES), self._environ)
        return self._reached[named]

    def _facts(self, makefile: str) -> _Facts:
        digest = self._scanner.file(makefile)
        identity = f"facts {digest} {self._names}"
        known = self._trace.makefiles.get(identity)
        if known is not None:
            return _Facts(*known)
        from engine.make.facts import facts_of

        content = _content(makefile)
        facts = _Facts(*facts_of(content, self._environ))
        if hashlib.sha256(content).hexdigest() == digest:  # else it is being edited, and these are facts of another
            self._note(identity, tuple(facts))
        return facts

    def _depends_on_target(self, found: MakefileSet) -> bool:
        paths = (*found.in_place, *found.copied)
        identity = " ".join(["of target", *map(self._scanner.file, paths)])
        known = self._trace.makefiles.get(identity)
        if known is None:
            from engine.make.deciding import depends_on_target

            known = (depends_on_target(map(_content, paths)),)
            self._note(identity, known)
        return bool(known[0])

    def _called(self, found: MakefileSet, target: Target, tree: Snapshot | None) -> tuple[str, ...]:
        """Makefiles of the code directory by their names, as a recursive make finds them; so on for what they call."""
        called: tuple[str, ...] = ()
        while True:
            calls = [self._facts(path).calls for path in (*found.in_place, *found.copied, *called)]
            if tree is None or all(given is None for given in calls):
                return ()
            names = frozenset(name for given in calls for name in given or ())
            more = self._named(target.code_dir, tree, names)
            if more == called:
                return called
            called = more

    def _named(self, code_dir: str, tree: Snapshot, names: frozenset[str]) -> tuple[str, ...]:
        from engine.make.recursion import is_makefile

        at = (code_dir, tree.digest, names)
        if at not in self._inside:
            self._inside[at] = tuple(f"{code_dir}/{path}" for path in tree.files if is_makefile(path, names))
        return self._inside[at]

    def _read_at(self, at: tuple[str, ...], target: Target, tree: Snapshot | None, own: bool) -> MakefileSet:
        """What is read in the place `at`, looked up or asked once in a build."""
        found = self._read.get(at)
        if found is None:
            identity = "\0".join(("read by", *at))
            found = self._remembered(identity, target, tree)
            if found is None:
                found = self._asked(identity, target, tree, own)
            self._read[at] = found
        return found

    def _remembered(self, identity: str, target: Target, tree: Snapshot | None) -> MakefileSet | None:
        """What make said in an earlier build, where all that decided it is known to be as it was."""
        known = self._trace.makefiles.get(identity)
        if known is None:
            return None
        found = MakefileSet(*known[0])
        if any(self._facts(path).looks for path in (*found.in_place, *found.copied)):
            return None
        return found if known[1] == self._decided_by(found, target, tree) else None

    def _asked(self, identity: str, target: Target, tree: Snapshot | None, own: bool) -> MakefileSet:
        others = self._ask(target, tree, own)
        outside = (path for path in others if os.path.isabs(path))
        copied = (os.path.join(target.code_dir, path) for path in others if not os.path.isabs(path))
        found = MakefileSet((target.makefile, *outside), tuple(copied))
        self._note(identity, (tuple(found), self._decided_by(found, target, tree)))
        return found

    def _note(self, identity: str, fact: tuple[Any, ...]) -> None:
        if self._trace.makefiles.get(identity) != fact:
            self._trace.makefiles[identity] = fact
            self._trace.changed = True

    def _decided_by(self, found: MakefileSet, target: Target, tree: Snapshot | None) -> str:
        """Digest of all that can decide which makefiles are read.

        The names in the folders of makefiles outside the code directory count, and those beside it: that is where a
        glob finds one more.
        """
        names = self.variables(found) | _ALWAYS
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
