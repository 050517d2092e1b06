"""Listening to a child: what it prints is handed on while it runs, up to a bound."""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from threading import Thread
from typing import NamedTuple, Protocol

LIMIT_BYTES = 64 << 20
"""A child that prints more is not listened to any longer; it ends by SIGPIPE."""

_CHUNK_BYTES = 1 << 16


class Ending(Protocol):
    """How a child ended."""

    @property
    def code(self) -> int:
        """Exit code; minus the signal's number where one killed it."""
        ...

    @property
    def timed_out(self) -> bool:
        """Whether the time limit ended it."""
        ...


class Runner(Protocol):
    """Runs a child to its end, such that interrupting the build ends it with all of its group."""

    def __call__(
        self, argv: tuple[str, ...], *, cwd: str, environ: dict[str, str], output: int, timeout_s: float | None
    ) -> Ending:
        """Stdout and stderr go to the file descriptor `output`, stdin is empty.

        Raises:
            OSError: when the program cannot be started.
            Interrupted: when the build was interrupted.
        """
        ...


class Heard(NamedTuple):
    """How a child that was listened to ended."""

    code: int
    timed_out: bool
    too_much: bool
    """Whether it printed more than the limit."""


def listen(
    run: Runner,
    argv: tuple[str, ...],
    *,
    cwd: str,
    environ: dict[str, str],
    timeout_s: float,
    hear: Callable[[bytes], object],
) -> Heard:
    """Run `argv` and give what it prints to `hear`, in pieces, from another thread; raises what `run` does."""
    ear = _Ear(hear)
    try:
        ending = run(argv, cwd=cwd, environ=environ, output=ear.sink, timeout_s=timeout_s)
    finally:
        ear.finish()
    return Heard(ending.code, ending.timed_out, ear.too_much)


class _Ear:
    """Reads a pipe until `finish`; a daemon that keeps the other end open is not waited for."""

    def __init__(self, hear: Callable[[bytes], object]) -> None:
        self._hear = hear
        self._source, self.sink = os.pipe()
        self._stop, self._end = os.pipe()
        self.too_much = False
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        os.set_blocking(self._source, False)
        try:
            self._read()
        finally:
            os.close(self._source)

    def _read(self) -> None:
        left = LIMIT_BYTES
        stopping = False
        while not self.too_much:
            try:
                chunk = os.read(self._source, _CHUNK_BYTES)
            except BlockingIOError:
                if stopping:
                    return
                stopping = self._waited()
                continue
            if not chunk:
                return
            left -= len(chunk)
            self.too_much = left < 0
            self._hear(chunk)

    def _waited(self) -> bool:
        """Wait for more to read; whether it is time to stop instead."""
        events = select.poll()
        events.register(self._source, select.POLLIN)
        events.register(self._stop, select.POLLIN)
        return any(descriptor == self._stop for descriptor, _ in events.poll())

    def finish(self) -> None:
        """Hear what is left and stop."""
        os.close(self.sink)
        os.close(self._end)
        self._thread.join()
        os.close(self._stop)
