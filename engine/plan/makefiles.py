"""What the makefiles of a target are and which environment variables they name, remembered by content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from cache.snapshot import Snapshot
from engine.make.environment import named_variables
from engine.make.includes import may_read_others
from engine.plan.scan import Scanner
from engine.plan.trace import Trace

Ask = Callable[[str, str, Snapshot | None], tuple[str, ...]]
"""(makefile, code directory, its snapshot) -> the other makefiles that make opens or looks for, as absolute paths."""


class Makefiles:
    """Facts about makefiles, asked of make only when something that decides them changed."""

    def __init__(self, trace: Trace, scanner: Scanner, environ: dict[str, str], ask: Ask) -> None:
        self._trace = trace
        self._scanner = scanner
        self._environ = environ
        self._ask = ask
        self._names = hashlib.sha256("\0".join(sorted(environ)).encode(errors="surrogateescape")).hexdigest()
        self._read: dict[tuple[str, str], tuple[str, ...]] = {}

    def read_by(self, makefile: str, code_dir: str, tree: Snapshot | None) -> tuple[str, ...]:
        """The makefile and every other one that it reads or looks for outside the code directory."""
        if not self._facts(makefile)[0]:
            return (makefile,)
        at = (makefile, code_dir)
        if at not in self._read:
            self._read[at] = (makefile, *self._others(makefile, code_dir, tree))
        return self._read[at]

    def variables(self, makefiles: tuple[str, ...]) -> frozenset[str]:
        """The environment's variables that the makefiles name."""
        return frozenset(name for makefile in makefiles for name in self._facts(makefile)[1])

    def _facts(self, makefile: str) -> tuple[bool, tuple[str, ...]]:
        """(may read other makefiles, variables of this environment that it names)."""
        identity = f"{self._scanner.file(makefile)} {self._names}"
        known = self._trace.makefiles.get(identity)
        if known is None:
            content = _content(makefile)
            names = named_variables([content], self._environ)
            known = (may_read_others(content, self._environ), tuple(sorted(names)))
            if hashlib.sha256(content).hexdigest() == self._scanner.file(makefile):  # else it is being edited
                self._trace.makefiles[identity] = known
                self._trace.changed = True
        return bool(known[0]), known[1]

    def _others(self, makefile: str, code_dir: str, tree: Snapshot | None) -> tuple[str, ...]:
        identity = f"{makefile}\0{code_dir}"
        circumstances = (self._scanner.file(makefile), tree.digest if tree else "", self._environment(makefile))
        known = self._trace.makefiles.get(identity)
        if known is not None and known[0] == circumstances and self._digests(known[1]) == known[2]:
            return tuple(known[1])
        others = self._ask(makefile, code_dir, tree)
        self._trace.makefiles[identity] = (circumstances, others, self._digests(others))
        self._trace.changed = True
        return others

    def _digests(self, paths: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._scanner.file(path) for path in paths)

    def _environment(self, makefile: str) -> str:
        values = "\0".join(f"{name}={self._environ[name]}" for name in self._facts(makefile)[1])
        return hashlib.sha256(values.encode(errors="surrogateescape")).hexdigest()


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
