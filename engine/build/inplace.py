"""Runs in place: make works in directories that hold sources, and what it writes there is told from what users edit."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from threading import Lock

from cache.snapshot import normal_mode
from engine.build.written import Written
from engine.errors import BuildError
from engine.plan.action import Action
from engine.run.turns import Turns
from engine.sam.target import Target


class Watch:
    """What a run did to the directories that it worked in."""

    def __init__(self, places: tuple[str, ...]) -> None:
        """`places` are the directories."""
        self.places = places
        self.now: Action | None = None
        """The target's action as it would be made after the run; None where that cannot be said."""
        self.edited: list[str] = []
        """Absolute paths of inputs that are not as they were, and that are not known as make's."""

    def covers(self, path: str) -> bool:
        """Whether a path is, lies in or holds one of the directories."""
        return self.holds(path) or any(_holds(path, place) for place in self.places)

    def holds(self, path: str) -> bool:
        """Whether a path is or lies in one of the directories."""
        return any(_holds(place, path) for place in self.places)


class InPlace:
    """The runs in place of one build, each alone in its directories."""

    def __init__(self, state_dir: str, *, in_source: bool) -> None:
        """`in_source`: make runs in the code directories (`--build-in-source`)."""
        self._in_source = in_source
        self._turns = Turns()
        self._written = Written(state_dir)
        self._remembering = Lock()

    def places(self, target: Target) -> tuple[str, ...]:
        """The directories with inputs that a target's make works in; a WorkingDirectory elsewhere is used in place."""
        code_dir, working_dir = target.code_dir, target.working_dir
        outside = working_dir is not None and not _holds(code_dir, working_dir)
        return (*((code_dir,) if self._in_source else ()), *((working_dir,) if outside and working_dir else ()))

    def turn(self, target: Target) -> AbstractContextManager[None]:
        """Waits until nothing else works in the target's places, and keeps others out of them."""
        places = self.places(target)
        return self._turns.taken(places) if places else contextlib.nullcontext()

    @contextlib.contextmanager
    def watched(self, action: Action, anew: Callable[[], Action]) -> Iterator[Watch]:
        """Watch a run of `action`, whether it succeeds or not; `anew` makes the target's action from what is there."""
        watch, name = Watch(self.places(action.target)), action.target.full_path
        if not watch.places:
            yield watch
            return
        before, beside = _files(action, watch)
        with self._remembering:
            self._written.began(name, before)
        try:
            yield watch
        finally:
            with contextlib.suppress(BuildError):  # what cannot be an input now, the next build says
                watch.now = anew()
            if watch.now is not None:
                after, beside_now = _files(watch.now, watch)
                with self._remembering:
                    watch.edited = self._written.ended(name, before, after)
                watch.edited += sorted(path for path, _ in beside.items() ^ beside_now.items())


def _files(action: Action, watch: Watch) -> tuple[dict[str, str], dict[str, str]]:
    """The files that `action` reads in the places of a run, and those that declared inputs bring from beside them.

    By absolute path, what tells a file from another.
    """
    found: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for reading in action.in_place:
        if watch.covers(reading.root):
            for row in reading.snapshot.rows():
                path = f"{reading.root}/{row.path}"
                files = found[0 if watch.holds(path) else 1]
                files[path] = f"{normal_mode(row.stat.mode):o} {row.fingerprint.hex()}"
    return found


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
