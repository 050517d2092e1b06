"""Running one child in a process group of its own, ended whole on a time limit or an interruption."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from engine.make.invocation import UMASK

if TYPE_CHECKING:
    from anyio.abc import Process

GRACE_S = 5.0
"""Seconds between SIGTERM and SIGKILL."""

_live: set[int] = set()


class Exit(NamedTuple):
    """How a child ended."""

    code: int
    """Exit code; minus the signal's number where one killed it."""
    timed_out: bool


async def run_process(
    argv: tuple[str, ...], *, cwd: str, environ: dict[str, str], output: int, timeout_s: float | None
) -> Exit:
    """Run `argv` to its end; stdout and stderr go to the file descriptor `output`, stdin is empty.

    Nothing of the child's process group outlives the call: what it left running in the background would go on writing
    into an artifact that is taken as finished.

    Raises:
        OSError: when the program cannot be started.
    """
    import anyio

    process = await anyio.open_process(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        cwd=cwd,
        env=environ,
        start_new_session=True,
        umask=UMASK,
    )
    timed_out = False
    _live.add(process.pid)
    try:
        with anyio.move_on_after(timeout_s) as limit:
            await process.wait()
        timed_out = limit.cancelled_caught
    finally:
        await _end_group(process)
        _live.discard(process.pid)
    code = process.returncode
    return Exit(-signal.SIGKILL if code is None else code, timed_out)


async def _end_group(process: Process) -> None:
    import anyio

    with anyio.CancelScope(shield=True):
        if process.returncode is None:
            _signal_group(process.pid, signal.SIGTERM)
            with anyio.move_on_after(GRACE_S):
                await process.wait()
        _signal_group(process.pid, signal.SIGKILL)
        await process.wait()
        await process.aclose()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def kill_all() -> None:
    """SIGKILL the group of every child that runs now."""
    for group in tuple(_live):
        _signal_group(group, signal.SIGKILL)
