"""Interruption by the user or the system: the first signal ends the work in good order, the second at once."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.run.process import kill_all

if TYPE_CHECKING:
    from anyio import CancelScope

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def watch_signals(work: CancelScope, interrupted: Callable[[], None]) -> None:
    """Until cancelled: cancel `work` at the first signal, kill every child at each further one.

    A signal that is ignored, as under nohup or in a shell's background job, stays ignored.
    """
    from anyio import open_signal_receiver

    heeded = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    first = True
    with open_signal_receiver(*heeded) as signals:
        async for _ in signals:
            if first:
                first = False
                interrupted()
                work.cancel()
            else:
                kill_all()
