"""Interruption by the user or the system: the first signal ends the work in good order, the second at once."""

from __future__ import annotations

import signal
from collections.abc import Callable
from threading import current_thread, main_thread
from types import FrameType, TracebackType
from typing import Any, Self

from engine.run.process import GRACE_S

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """While it is entered, signals raise nothing anywhere: they stop what `stop` and `kill` stop, and are remembered.

    An exception out of nowhere can be swallowed, by an import for example, and the build would go on. A signal that is
    ignored, as under nohup or in a shell's background job, stays ignored; outside the main thread none is heard.
    """

    def __init__(self, stop: Callable[[], None], kill: Callable[[], None]) -> None:
        """`stop` is called at the first signal, `kill` at each further one and when the grace is over."""
        self._stops = [stop]
        self._kill = kill
        self._former: dict[signal.Signals, Any] = {}
        self.happened = False
        """Whether a signal came."""

    def also(self, stop: Callable[[], None]) -> None:
        """Call `stop` too at the first signal, at once if it has come."""
        self._stops.append(stop)
        if self.happened:
            stop()

    def __enter__(self) -> Self:
        if current_thread() is main_thread():
            for number in _SIGNALS:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._former[number] = signal.signal(number, self._hear)
            # Where it is inherited as ignored, the kernel keeps no exit status, and a failure would look like success.
            self._former[signal.SIGALRM] = signal.signal(signal.SIGALRM, self._grace_is_over)
            self._former[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.happened:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in self._former.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.happened:
            self._kill()
            return
        self.happened = True
        for stop in tuple(self._stops):
            stop()
        signal.setitimer(signal.ITIMER_REAL, GRACE_S)  # a thread must not be started in a signal's handler

    def _grace_is_over(self, number: int, frame: FrameType | None) -> None:
        self._kill()
