"""A place where recipes meet: each enters, waits until it is let go and leaves; who is inside at once is counted."""

from __future__ import annotations

import shlex
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from tempfile import TemporaryDirectory
from threading import Thread

_VISIT = """
import socket, sys
with socket.socket(socket.AF_UNIX) as place:
    place.connect(sys.argv[1])
    place.recv(1)
"""
_PATIENCE_S = 60.0
"""How long to wait for who should come."""
_SUSPICION_S = 0.5
"""How long to wait, once, for who should not come."""


class Meeting:
    """Lets one visitor go at a time, and only when `slots` of them are inside, or all that are still to leave.

    So a build that runs fewer at once fails, and one that runs more shows it: it has time for that the first time.
    """

    def __init__(self, folder: Path, slots: int, visitors: int) -> None:
        self.address = str(folder / "place")
        (folder / "visit.py").write_text(_VISIT)
        self.command = shlex.join([sys.executable, "-S", "-E", str(folder / "visit.py"), self.address])
        """The shell command of one visit."""
        self.most = 0
        """How many were inside at once."""
        self.left = 0
        """How many came and left again."""
        self._slots, self._visitors = slots, visitors
        self._door = socket.socket(socket.AF_UNIX)
        self._door.bind(self.address)
        self._door.listen(1000)
        self._door.setblocking(False)
        self._inside: list[socket.socket] = []
        self._going: socket.socket | None = None
        self._suspicious = True
        self._closing, self._closed = socket.socketpair()
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while True:
            readable, _, _ = select([self._door, self._closed, *self._inside], [], [], _PATIENCE_S)
            if not readable or self._closed in readable:
                break
            self._look()
        for one in (self._door, *self._inside):  # whoever comes now fails at once
            one.close()

    def _look(self) -> None:
        """Who left did so before whoever came in its place: a slot is free when its process has ended."""
        while select([self._door], [], [], 0)[0]:
            self._inside.append(self._door.accept()[0])
        for visitor in select(self._inside, [], [], 0)[0]:
            visitor.close()
            self._inside.remove(visitor)
            self.left += 1
            self._going = None if visitor is self._going else self._going
        self.most = max(self.most, len(self._inside))
        if self._going is None and len(self._inside) >= min(self._slots, self._visitors - self.left) > 0:
            self._let_go()

    def _let_go(self) -> None:
        if self._suspicious and select([self._door], [], [], _SUSPICION_S)[0]:
            self._look()
            return
        self._suspicious = False
        self._going = self._inside[0]
        self._going.send(b".")

    def close(self) -> None:
        self._closing.close()
        self._thread.join()
        self._closed.close()


@contextmanager
def meeting(slots: int, visitors: int) -> Iterator[Meeting]:
    """A meeting place for `visitors`, of which `slots` should be inside at once."""
    with TemporaryDirectory(prefix="meet-") as folder:  # the address of a socket is at most about 100 bytes long
        place = Meeting(Path(folder), slots, visitors)
        try:
            yield place
        finally:
            place.close()
