"""Artifact directories: make fills them in place, the last good one is kept aside, hits are swapped in whole.

Three folders of the project's state belong to this: `aside` (last good artifacts of what is being made or swapped in),
`staging` (hits that are being materialised) and `trash` (what is on its way out). They lie beside the build directory,
so that every step is one rename (`engine.run.moving`), and whatever a killed build left is put right by `recover`.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator

from engine.run.moving import move_tree, rename
from engine.run.removal import remove_tree


class Artifacts:
    """The artifact directories of one build directory."""

    def __init__(self, build_dir: str, state_dir: str) -> None:
        """Both absolute; the folders are made when they are needed."""
        self._build_dir = build_dir
        self._aside = os.path.join(state_dir, "aside")
        self._staging = os.path.join(state_dir, "staging")
        self._trash = os.path.join(state_dir, "trash")
        self._begun: set[str] = set()

    def path_of(self, full_path: str) -> str:
        """ARTIFACTS_DIR of a target: `<build-dir>/[Stack/]<LogicalId>`."""
        return f"{self._build_dir}/{full_path}"

    def recover(self) -> None:
        """Put right what a killed build left: the last good artifacts come back, half-made ones go."""
        for name in tuple(_kept(self._aside)):
            self._put_back(name)
        self._discard(self._staging)
        self.empty_trash()

    def begin(self, full_path: str) -> str:
        """An empty artifact directory for make; the last good one is kept aside. Returns its path."""
        path = self.path_of(full_path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        kept = self.aside_of(full_path)
        if os.path.lexists(path):
            self._put_aside(path, kept)
        else:
            _mark(kept)
        self._begun.add(full_path)
        os.mkdir(path)
        os.chmod(path, 0o755)
        return path

    def aside_of(self, full_path: str) -> str:
        """Where the last good artifact lies from `begin` on."""
        return os.path.join(self._aside, _encoded(full_path))

    def keep(self, full_path: str) -> None:
        """What make left is recorded, or a hit is in place: what lay aside is no longer needed."""
        self._begun.discard(full_path)
        kept = self.aside_of(full_path)
        if _is_mark(kept):
            os.unlink(kept)
        else:
            self._discard(kept)

    def give_back(self, full_path: str) -> None:
        """Make failed or never ran: its half-made artifact goes and the last good one comes back."""
        if full_path not in self._begun:
            return
        self._begun.discard(full_path)
        name = _encoded(full_path)
        if os.path.lexists(os.path.join(self._aside, name)):
            self._put_back(name)
        else:
            self._discard(self.path_of(full_path))

    def staging_for(self, full_path: str) -> str:
        """A path, not there yet, where a hit may be materialised."""
        staged = os.path.join(self._staging, _encoded(full_path))
        os.makedirs(os.path.dirname(staged), exist_ok=True)
        return staged

    def swap_in(self, full_path: str, staged: str) -> None:
        """Put a finished directory (or link) where the target's artifact belongs; until then the last one is aside."""
        path = self.path_of(full_path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        kept = self.aside_of(full_path)
        if os.path.lexists(path):
            self._put_aside(path, kept)
        self._begun.add(full_path)
        move_tree(staged, path)
        self.keep(full_path)

    def undo(self, full_path: str) -> None:
        """Put right what is left of a hit that did not come into place, in this process or in one that died."""
        self._begun.discard(full_path)
        name = _encoded(full_path)
        if os.path.lexists(os.path.join(self._aside, name)):
            self._put_back(name)
        self._discard(os.path.join(self._staging, name))

    def discard(self, full_path: str) -> None:
        """Remove a target's artifact directory."""
        self._discard(self.path_of(full_path))

    def empty_trash(self) -> None:
        """Remove for good what was put out of the way; what cannot be removed, such as another user's files, stays."""
        for name in _names(self._trash):
            with contextlib.suppress(OSError):
                remove_tree(os.path.join(self._trash, name))

    def _put_aside(self, path: str, kept: str) -> None:
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        os.makedirs(self._trash, exist_ok=True)
        self._discard(kept)
        move_tree(path, kept, growing=self._trash)

    def _put_back(self, name: str) -> None:
        path, kept = self.path_of(_decoded(name)), os.path.join(self._aside, name)
        self._discard(path)
        if _is_mark(kept):
            os.unlink(kept)
            return
        os.makedirs(os.path.dirname(path), exist_ok=True)
        move_tree(kept, path)

    def _discard(self, path: str) -> None:
        """Out of the way at once, by a rename; `empty_trash` removes it later."""
        if not os.path.lexists(path):
            return
        from tempfile import mkdtemp

        os.makedirs(self._trash, exist_ok=True)
        try:
            rename(path, os.path.join(mkdtemp(dir=self._trash), "it"))
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            remove_tree(path)


def _mark(kept: str) -> None:
    """Say that there was nothing before: an empty file in place of a last good artifact."""
    os.makedirs(os.path.dirname(kept), exist_ok=True)
    os.close(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644))


def _is_mark(kept: str) -> bool:
    return os.path.isfile(kept) and not os.path.islink(kept)


def _names(directory: str) -> list[str]:
    with contextlib.suppress(FileNotFoundError):
        return os.listdir(directory)
    return []


def _kept(directory: str, within: str = "") -> Iterator[str]:
    """The encoded paths of what lies in `directory`; a name that ends in `%` is a stack's folder."""
    for name in _names(os.path.join(directory, within)):
        if name.endswith("%"):
            yield from _kept(directory, f"{within}{name}/")
        else:
            yield within + name


def _encoded(full_path: str) -> str:
    """A path in which every folder's name ends in `%`, so that artifacts are told from the folders of stacks."""
    return full_path.replace("%", "%25").replace("/", "%/")


def _decoded(path: str) -> str:
    return path.replace("%/", "/").replace("%25", "%")
