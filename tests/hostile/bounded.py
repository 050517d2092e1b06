"""Runs a piece of Python in a child process of bounded processor time and memory."""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import traceback
from collections.abc import Callable
from typing import NamedTuple

MEMORY_BYTES = 1024**3
"""Of the child's data. More raises MemoryError in it, which is a defect."""


class Ended(NamedTuple):
    """How a child ended."""

    signal: int
    """0: by itself."""
    report: str
    """What it wrote on its standard error: a traceback where an exception was not caught."""

    @property
    def is_well(self) -> bool:
        return not self.signal and not self.report


def run_bounded(work: Callable[[], object], cpu_s: int, memory_bytes: int = MEMORY_BYTES) -> Ended:
    """Call `work` in a fork of this process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(work, cpu_s, memory_bytes, writing)
    os.close(writing)
    with open(reading, "rb") as pipe:
        report = pipe.read()
    _, status = os.waitpid(child, 0)
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return Ended(ended_by, report.decode(errors="replace"))


def _work(work: Callable[[], object], cpu_s: int, memory_bytes: int, report_fd: int) -> None:
    """The child's whole life: nothing of the parent's is flushed, closed or cleaned up by it."""
    try:
        os.dup2(report_fd, 2)
        faulthandler.enable(2)
        # A fork counts its processor time from zero. Its memory is its parent's, to begin with.
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 5))
        resource.setrlimit(resource.RLIMIT_DATA, (_data_bytes() + memory_bytes, resource.RLIM_INFINITY))
        signal.signal(signal.SIGXCPU, _out_of_time)
        work()
    except BaseException:
        os.write(2, traceback.format_exc().encode(errors="replace"))
    finally:
        os._exit(0)


class OutOfTime(BaseException):
    """The child's processor time is used up."""


def _out_of_time(*_: object) -> None:
    raise OutOfTime


def _data_bytes() -> int:
    """What of this process RLIMIT_DATA counts."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmData:"))
