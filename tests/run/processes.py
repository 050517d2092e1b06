"""A witness of processes that should be gone."""

from __future__ import annotations

import os
import select
from pathlib import Path


class Witness:
    """A FIFO that watched processes and all their children hold open: it hangs up when the last of them has ended."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self._descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self.hold = f"exec 9>{path}"
        """The shell command by which a process and its children come under watch."""

    def all_ended(self, within_s: float = 20.0) -> bool:
        """Whether something was under watch and all of it has ended, or does within the time."""
        waiting = select.poll()
        waiting.register(self._descriptor, 0)
        return bool(waiting.poll(within_s * 1000))

    def close(self) -> None:
        """Stop watching."""
        os.close(self._descriptor)
