"""The decision: which files a run depended on that its key does not name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from engine.audit.coverage import Coverage, is_within
from engine.audit.events import Act, Touched
from engine.audit.findings import FileFinding, How
from engine.audit.surroundings import Surroundings
from engine.plan.scan import EXCLUDED

_HOW = {Act.READ: How.READ, Act.LOOKED_AT: How.LOOKED_AT, Act.LISTED: How.LISTED, Act.MISSED: How.ABSENT}
_STRONGEST = (How.READ, How.LOOKED_AT, How.LISTED, How.ABSENT)
_OTHER_MODULES = (".so", ".pyc", ".pyd")
"""What python looks for before `x.py`."""
_VERSION_CONTROL = frozenset(("RCS", "SCCS"))


class Scene(NamedTuple):
    """Where a run took place. Paths are absolute."""

    target: str
    """Full path."""
    checkout: str
    build_dir: str
    private: tuple[str, ...]
    """The folders that only this run writes: its scratch copy and its artifact directory."""
    own: tuple[str, ...]
    """Folders of the engine itself, scratch copies among them: never inputs."""
    artifacts: Mapping[str, str]
    """The artifact directory of every target of the application, by full path."""
    search: tuple[str, ...]
    """The folders of PATH."""
    makefiles: frozenset[str]
    """The makefiles that make opened, as paths in the checkout where they come from there."""
    globs: bool
    """Whether one of them finds files by a pattern."""


class Undeclared(NamedTuple):
    """What is not in the key."""

    files: tuple[FileFinding, ...]
    artifacts: tuple[str, ...]
    """Full paths of other targets."""
    repositories: tuple[str, ...]
    """The `.git` of repositories that git read."""


class Judge:
    """Decides about one run."""

    def __init__(
        self, scene: Scene, coverage: Coverage, surroundings: Surroundings, installations: tuple[str, ...]
    ) -> None:
        self._scene = scene
        self._coverage = coverage
        self._surroundings = surroundings
        self._installations = installations
        self._found: dict[tuple[str, How], dict[str, None]] = {}
        self._artifacts: dict[str, None] = {}
        self._repositories: dict[str, None] = {}

    def undeclared(self, touched: Iterable[Touched]) -> Undeclared:
        """What of all that was touched is an input that no key names."""
        for one in touched:
            self._decide(one)
        return Undeclared(tuple(self._files()), tuple(sorted(self._artifacts)), tuple(self._repositories))

    def _decide(self, touched: Touched) -> None:
        if self._is_private(touched.path):
            if touched.real is None or self._is_private(touched.real):
                return
            touched = touched._replace(path=touched.real)  # by a link that the run has made
        places = _places(touched)
        asked, real = map(self._in_checkout, places)
        for path in dict.fromkeys((asked, real, *places)):
            other = self._artifact_at(path)
            if other is not None:
                if other != self._scene.target and not self._covered(touched.act, path):
                    self._artifacts[other] = None
                return
            if self._is_own(path) or self._covered(touched.act, path):
                return
        path = real if not is_within(asked, self._scene.checkout) else asked
        if self._matters(touched, path):
            self._found.setdefault((path, _HOW[touched.act]), {})[os.path.basename(touched.by)] = None

    def _is_private(self, path: str) -> bool:
        path = os.path.normpath(path) if "/.." in path else path
        return any(is_within(path, folder) for folder in self._scene.private)

    def _in_checkout(self, path: str) -> str:
        """A path in the checkout as the template names it, where the checkout is reached by a link."""
        resolved = os.path.realpath(self._scene.checkout)
        return self._scene.checkout + path[len(resolved) :] if is_within(path, resolved) else path

    def _artifact_at(self, path: str) -> str | None:
        if not is_within(path, self._scene.build_dir):
            return None
        return next((name for name, folder in self._scene.artifacts.items() if is_within(path, folder)), None)

    def _is_own(self, path: str) -> bool:
        return any(is_within(path, folder) for folder in self._scene.own)

    def _covered(self, act: Act, path: str) -> bool:
        return self._coverage.names(path) if act is Act.LISTED else self._coverage.file(path)

    def _matters(self, touched: Touched, path: str) -> bool:
        if not is_within(path, self._scene.checkout):
            if touched.act is not Act.READ or os.path.isdir(path) or _is_configuration_of_git(path):
                return False
            return not self._surroundings.is_around(path, self._installations)
        if self._surroundings.is_kept_beside_sources(path, self._installations):
            return False
        if _is_git(touched):
            self._note_repository(path)
            return False
        if touched.act is Act.MISSED:
            return not (os.path.lexists(path) or self._is_search(touched, path))
        if touched.act is Act.LISTED:
            return EXCLUDED.isdisjoint(path.split("/")) and (not _is_make(touched) or self._globs_in(path))
        return not os.path.isdir(path)

    def _globs_in(self, folder: str) -> bool:
        """Whether make wants the names in a folder; it reads them, too, of each folder that it looks for a file in."""
        return self._scene.globs and all(os.path.dirname(path) != folder for path in self._scene.makefiles)

    def _note_repository(self, path: str) -> None:
        """Git reads the work tree as well, to compare it; what it says of it all is what counts."""
        before, git, _ = f"{path}/".partition("/.git/")
        if git:
            self._repositories[before + "/.git"] = None

    def _is_search(self, touched: Touched, path: str) -> bool:
        """Whether a file was missed on the way to another: a program on PATH, a module, what an implicit rule names."""
        folder, name = os.path.split(path)
        if folder in self._scene.search:
            return True
        if os.path.basename(touched.by).startswith("python") and name.endswith(_OTHER_MODULES):
            return True
        return _is_make(touched) and _is_implicit(folder, name)

    def _files(self) -> Iterator[FileFinding]:
        """Each path once, in the strongest way, but for directories whose names were read."""
        paths = sorted({path for path, _ in self._found})
        for path in paths:
            how = next(how for how in _STRONGEST if (path, how) in self._found)
            yield FileFinding(path, how, tuple(sorted(self._found[path, how])))


def _places(touched: Touched) -> tuple[str, str]:
    """Where it was asked for, and where links lead; the same where `..` means another folder than it seems."""
    asked = os.path.normpath(touched.path)
    real = touched.real or os.path.realpath(touched.path)
    if os.path.realpath(asked) != os.path.realpath(touched.path):
        asked = real
    return asked, real


def _is_git(touched: Touched) -> bool:
    return os.path.basename(touched.by).startswith("git")


def _is_configuration_of_git(path: str) -> bool:
    """Whether it is the user's own configuration of git: what git says of a repository counts, not how it is asked."""
    return os.path.basename(path) in (".gitconfig", ".git-credentials") or "/.config/git/" in path


def _is_make(touched: Touched) -> bool:
    return os.path.basename(touched.by) in ("make", "gmake")


def _is_implicit(folder: str, name: str) -> bool:
    """Whether make's built-in rules look for such a file only because of another that is there.

    For `x.mk` make looks for `x.mk.o`, `x.mk.c`, `RCS/x.mk,v` and `s.x.mk`, for `x.o` also for `x.f` and `x.y`.
    """
    if os.path.basename(folder) in _VERSION_CONTROL or name in _VERSION_CONTROL:
        return True
    if name.startswith("s.") or name.endswith((",v", ".sh,v")):
        return True
    stem = os.path.splitext(name)[0]
    try:
        siblings = os.listdir(folder)
    except OSError:
        return False
    return any(sibling == stem or os.path.splitext(sibling)[0] == stem for sibling in siblings)
