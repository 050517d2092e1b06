"""What make wrote into directories that it works in place in: remembered, so that it is not taken for an edit.

One file for each target in the project's state, apart from the trace: what is lost of it is not found again by looking.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

_FORMAT = "written-v1"
_LOST = (OSError, ValueError, TypeError, KeyError, AttributeError)

Files = Mapping[str, str]
"""Absolute path -> what tells a file's content and mode from another's."""


class _Memory(NamedTuple):
    """What is known of one target."""

    files: dict[str, str]
    """What its runs wrote, as they left it."""
    began: list[str] | None = None
    """What was there when a run began that has not ended yet."""


class Written:
    """The memories of a project's targets. Not safe for threads at once."""

    def __init__(self, state_dir: str) -> None:
        """Nothing is read until the first run."""
        self._folder = os.path.join(state_dir, "written")
        self._staging = os.path.join(state_dir, "staging")
        self._memories: dict[str, _Memory] | None = None

    def began(self, target: str, before: Files) -> None:
        """A run of `target` begins among the files `before`; what a run that was killed wrote is found by that."""
        memory = self._known().get(target, _Memory({}))
        files = dict(memory.files)
        if memory.began is not None:
            files |= {path: before[path] for path in before.keys() - set(memory.began)}
        self._keep(target, _Memory(files, sorted(before)))

    def ended(self, target: str, before: Files, after: Files) -> list[str]:
        """The run ended and left the files `after`; returns what was changed or removed though no run ever wrote it.

        What was not there before is make's, and so is what changes of that later, while make runs. A file that
        somebody edited between two runs, and that the next run leaves so, is make's no longer.
        """
        known = {path for memory in self._known().values() for path in memory.files}
        changed = {path for path in before if after.get(path) != before[path]}
        mine = self._known()[target].files
        kept = {path for path, left in mine.items() if path in changed or before.get(path) == left}
        wrote = (after.keys() - before.keys()) | ((kept | changed & known) & after.keys())
        self._keep(target, _Memory({path: after[path] for path in sorted(wrote)}))
        return sorted(changed - known)

    def _known(self) -> dict[str, _Memory]:
        if self._memories is None:
            self._memories = dict(self._load())
        return self._memories

    def _load(self) -> Iterable[tuple[str, _Memory]]:
        with contextlib.suppress(FileNotFoundError):
            for name in os.listdir(self._folder):
                with contextlib.suppress(*_LOST), open(os.path.join(self._folder, name), encoding="ascii") as file:
                    yield _decoded(json.load(file))

    def _keep(self, target: str, memory: _Memory) -> None:
        """Remember, as far as the disk allows: what is forgotten costs a run."""
        known = self._known()
        if known.get(target, _Memory({})) == memory:
            return
        known[target] = memory
        path = os.path.join(self._folder, target.replace("%", "%25").replace("/", "%2F"))
        new = os.path.join(self._staging, "written")  # what a killed build leaves there, the next one removes
        with contextlib.suppress(OSError):
            if memory == _Memory({}):
                os.unlink(path)
                return
            for folder in (self._folder, self._staging):
                os.makedirs(folder, exist_ok=True)
            with open(new, "w", encoding="ascii") as file:
                json.dump({"format": _FORMAT, "target": target, "files": memory.files, "began": memory.began}, file)
            os.replace(new, path)


def _decoded(content: dict[str, Any]) -> tuple[str, _Memory]:
    """One file's content.

    Raises:
        ValueError, TypeError, KeyError, AttributeError: for what is no memory.
    """
    if content["format"] != _FORMAT:
        raise ValueError("another format")
    began = content["began"]
    files = {str(path): str(left) for path, left in content["files"].items()}
    return str(content["target"]), _Memory(files, None if began is None else [str(path) for path in began])
