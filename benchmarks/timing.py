"""Runs one command as a whole process and measures it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

LOG_TAIL_BYTES = 4000
RSS_UNIT_BYTES = 1 if sys.platform == "darwin" else 1024


class BenchmarkFault(Exception):
    """A measured command failed or left a wrong result: the numbers would mean nothing."""


class Command(NamedTuple):
    """A process to run. `env` is the whole environment."""

    argv: tuple[str, ...]
    cwd: str
    env: Mapping[str, str]


class Measurement(NamedTuple):
    """What one run cost."""

    wall_s: float
    cpu_s: float
    """User and system time of the process and every descendant that was waited for."""
    max_rss_bytes: int
    """Of the largest single process; never less than what the measuring process itself holds when it forks."""


def measure(command: Command, log: Path, timeout_s: float) -> Measurement:
    """Runs the command, its output into `log`.

    Raises:
        BenchmarkFault: It could not start, ended with another code than 0, or was killed after `timeout_s` seconds.
    """
    with log.open("wb") as out:
        started = time.perf_counter()
        try:
            process = subprocess.Popen(
                command.argv,
                cwd=command.cwd,
                env=command.env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise BenchmarkFault(f"{command.argv[0]} does not start: {error}") from None
        return _wait(process, command, started, timeout_s, log)


def _wait(
    process: subprocess.Popen[bytes], command: Command, started: float, timeout_s: float, log: Path
) -> Measurement:
    killer = threading.Timer(timeout_s, os.killpg, (process.pid, signal.SIGKILL))
    try:
        killer.start()
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    finally:
        killer.cancel()
    wall_s = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise BenchmarkFault(f"{' '.join(command.argv)}: exit code {process.returncode}\n{_tail(log)}")
    return Measurement(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_UNIT_BYTES)


def _tail(log: Path) -> str:
    return log.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
