"""A measured command: its cost, its failure, its time limit."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from benchmarks.timing import BenchmarkFault, Command, measure

NO_LIMIT_S = 60.0


def shell(folder: Path, script: str) -> Command:
    return Command(("sh", "-c", script), str(folder), {"PATH": os.environ["PATH"], "SEEN": "by it"})


def test_cost_and_output_are_kept(tmp_path: Path) -> None:
    measured = measure(shell(tmp_path, 'echo "$SEEN"; pwd >&2'), tmp_path / "log", NO_LIMIT_S)
    assert (tmp_path / "log").read_text() == f"by it\n{tmp_path}\n"
    assert measured.wall_s > 0
    assert measured.max_rss_bytes > 100_000


def test_descendants_count(tmp_path: Path) -> None:
    script = f"'{sys.executable}' -c 'bytearray(b\"x\") * (64 << 20)'; :"
    assert measure(shell(tmp_path, script), tmp_path / "log", NO_LIMIT_S).max_rss_bytes > 64 << 20


def test_failure_shows_exit_code_and_log(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkFault, match=r"(?s)exit code 3.*no luck"):
        measure(shell(tmp_path, "echo no luck; exit 3"), tmp_path / "log", NO_LIMIT_S)


def test_absent_command_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkFault, match="does not start"):
        measure(Command((str(tmp_path / "absent"),), str(tmp_path), {}), tmp_path / "log", NO_LIMIT_S)


def test_time_limit_ends_the_process_group(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkFault, match="exit code -9"):
        measure(shell(tmp_path, "kill -STOP $$"), tmp_path / "log", 0.1)


def interrupt_the_wait(pid: Path, interrupted: threading.Event) -> None:
    """Signals the main thread from when it waits for the process that wrote its id, until it has noticed.

    A signal that comes just before the system call does not end it, so one is not enough.
    """
    main = threading.main_thread().ident
    assert main is not None
    while not interrupted.is_set() and not (
        pid.exists()
        and pid.read_text()
        and any(isinstance(thread, threading.Timer) for thread in threading.enumerate())
        and sys._current_frames()[main].f_code.co_name == "_wait"
    ):
        os.sched_yield()
    while not interrupted.is_set():
        signal.pthread_kill(main, signal.SIGUSR1)
        os.sched_yield()


def test_interruption_ends_the_process_group(tmp_path: Path) -> None:
    pid, interrupted = tmp_path / "pid", threading.Event()

    def interrupt(*_: object) -> None:
        if not interrupted.is_set():
            interrupted.set()
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    interrupter = threading.Thread(target=interrupt_the_wait, args=(pid, interrupted))
    interrupter.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            measure(shell(tmp_path, "echo $$ > pid; kill -STOP $$"), tmp_path / "log", NO_LIMIT_S)
    finally:
        interrupted.set()
        interrupter.join()
        signal.signal(signal.SIGUSR1, before)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)
