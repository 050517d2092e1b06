"""Waits until clocks show another time than when the first build ended, two seconds at most."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable

TICK_NS = 2_000_000_000
"""What zip archives count time in; gzip, ar, tar and .pyc count seconds."""


def newest_ns(directories: Iterable[str]) -> int:
    """The newest modification time of anything in the directories; 0 where there is nothing."""
    newest = 0
    waiting = list(directories)
    while waiting:
        directory = waiting.pop()
        newest = max(newest, os.stat(directory).st_mtime_ns)
        with os.scandir(directory) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    newest = max(newest, entry.stat(follow_symlinks=False).st_mtime_ns)
    return newest


def pause_s(last_ns: int, now_ns: int) -> float:
    """How long to wait so that a stamp taken then differs from one taken at `last_ns`."""
    ahead_ns = (last_ns // TICK_NS + 1) * TICK_NS - now_ns
    return 0.0 if ahead_ns <= 0 else min(ahead_ns, TICK_NS) / 1e9


def wait_for_another_time(directories: Iterable[str], sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait where one of the directories was written just now."""
    pause = pause_s(newest_ns(directories), time.time_ns())
    if pause:
        sleep(pause)
