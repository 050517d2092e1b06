"""The sandbox: make sees what is declared, its scratch and the machine, and nothing else of the checkout.

It is no wall against malice: whoever runs as the same user finds a way. It shows what a target reads or writes without
saying so, by letting it fail.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from engine.plan.action import Action
from engine.plan.manifest import ABSENT
from engine.plan.scan import EXCLUDED
from engine.run.bubblewrap import Bubblewrap
from engine.run.command import Command, Place
from engine.run.exposure import expose, show_input
from engine.run.mounts import Kind, Mounts
from engine.run.scratch import Scratch
from engine.run.surroundings import (
    hidden_programs,
    home_of,
    named_files,
    show_programs,
    temporary_folders,
    writable_caches,
)


class Grounds(NamedTuple):
    """Where a project lies; absolute paths."""

    project_dir: str
    """Directory of the root template."""
    checkout: str
    build_dir: str
    own: tuple[str, ...]
    """What only the engine writes: build directory, state and store."""

    def artifacts_of(self, full_path: str) -> str:
        """A target's artifact directory."""
        return os.path.join(self.build_dir, full_path)


class _Machine(NamedTuple):
    """What is the same for all targets."""

    mounts: Mounts
    """Without programs and inputs; what is private has no source yet."""
    temporary: tuple[str, ...]
    """Folders for temporary files, without links."""
    programs: tuple[str, ...]
    """Folders of PATH that are hidden."""


class Sandbox:
    """Puts the sandbox around make (`engine.run.command.Wrapper`); called from several threads."""

    def __init__(self, grounds: Grounds, scratch: Scratch, program: Callable[[], Bubblewrap | None]) -> None:
        """`program` gives what makes sandboxes here, None for none; it is asked when make is about to run.

        It may raise EnvironmentFault.
        """
        self._grounds = grounds
        self._scratch = scratch
        self._program = program
        self._lock = Lock()
        self._machine: _Machine | None = None

    def __call__(self, action: Action, command: Command, place: Place) -> Command:
        """`command` in a sandbox; see `Wrapper`."""
        program = self._program()
        if program is None:
            return command
        with self._lock:
            if self._machine is None:
                self._machine = self._survey(command.environ)
        mounts = self._mounts(self._machine, action, place)
        return program.around(command, mounts.arguments(), place.cwd)

    def _survey(self, environ: dict[str, str]) -> _Machine:
        environ = {name: value for name, value in environ.items() if name != "ARTIFACTS_DIR"}  # one target's
        mounts = Mounts()
        ours = os.path.realpath(os.path.dirname(os.path.dirname(self._scratch.root)))
        temporary = tuple(folder for folder in {*temporary_folders(environ), ours} if folder != "/")
        for folder in temporary:
            mounts.show(folder, Kind.PRIVATE)
        writable_caches(mounts, environ, tuple(map(os.path.realpath, self._grounds.own)))
        self._hide_checkout(mounts, environ)
        named_files(mounts, environ)
        return _Machine(mounts, temporary, hidden_programs(mounts, environ))

    def _mounts(self, machine: _Machine, action: Action, place: Place) -> Mounts:
        mounts = machine.mounts.copy()
        beside = self._scratch.beside(action.target.full_path)
        private = os.path.join(beside, "tmp")
        os.mkdir(private)
        os.chmod(private, 0o1777)
        mounts.show_instead(Kind.PRIVATE, private)
        roots = (self._grounds.project_dir, self._grounds.checkout, action.target.code_dir)
        show_programs(mounts, machine.programs, (*map(os.path.realpath, roots), *machine.temporary))
        self._show_inputs(mounts, action, place, beside)
        for path in (place.root, place.cwd, place.artifacts_dir):
            mounts.show(path, Kind.WRITE)
        return mounts

    def _hide_checkout(self, mounts: Mounts, environ: dict[str, str]) -> None:
        """A home that is kept in git, and holds the project, is a home all the same."""
        grounds = self._grounds
        project_dir, checkout = os.path.realpath(grounds.project_dir), os.path.realpath(grounds.checkout)
        home = home_of(environ)
        if home is None or not (_holds(checkout, home) and _holds(home, project_dir)):
            mounts.hide(checkout)
        for path in (project_dir, *map(os.path.realpath, grounds.own)):
            mounts.hide(path)
        copies = os.path.realpath(self._scratch.root)
        if not mounts.is_hidden(copies):
            mounts.hide(copies)

    def _show_inputs(self, mounts: Mounts, action: Action, place: Place, beside: str) -> None:
        code_dir, cwd = os.path.realpath(action.target.code_dir), os.path.realpath(place.cwd)
        in_source = os.path.realpath(place.root) == code_dir
        in_place = cwd != os.path.realpath(place.root) and not _holds(os.path.realpath(place.root), cwd)
        worked_in = (*((code_dir,) if in_source else ()), *((cwd,) if in_place else ()))
        expose(mounts, action.in_place, worked_in, beside)
        for folder in worked_in:
            for name in EXCLUDED:
                mounts.hide_unless_shown(os.path.join(folder, name))
        for path, digest in action.makefiles:
            if digest != ABSENT and os.path.exists(path):
                show_input(mounts, path, worked_in)
        for path in (self._grounds.artifacts_of(row[1]) for row in action.manifest if row[0] == "dependency"):
            if os.path.isdir(path):
                mounts.show(path)


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
