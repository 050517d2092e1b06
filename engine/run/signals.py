"""Interruption by the user or the system: the first signal ends the work in good order, the second at once."""

from __future__ import annotations

import signal
from collections.abc import Callable

from engine.run.process import GRACE_S

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


async def watch_signals(interrupted: Callable[[], None], kill: Callable[[], None]) -> None:
    """Until cancelled: call `interrupted` at the first signal, `kill` at each further one and when the grace is over.

    A signal that is ignored, as under nohup or in a shell's background job, stays ignored.
    """
    from anyio import create_task_group, open_signal_receiver

    heeded = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    first = True
    async with create_task_group() as group:
        with open_signal_receiver(*heeded) as signals:
            async for _ in signals:
                if first:
                    first = False
                    interrupted()
                    group.start_soon(_after_grace, kill)
                else:
                    kill()


async def _after_grace(kill: Callable[[], None]) -> None:
    from anyio import sleep

    await sleep(GRACE_S)
    kill()
