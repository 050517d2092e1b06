from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import Interrupted
from engine.run import process
from engine.run.memory import maximum_resident_bytes
from engine.run.process import Exit, Processes
from tests.run.processes import Witness


def run(
    script: str,
    log: Path,
    timeout_s: float | None = None,
    cwd: str = "/",
    processes: Processes | None = None,
) -> Exit:
    """How `script` ended; what memory it had is left out."""
    return measured(script, log, timeout_s, cwd, processes)._replace(peak_bytes=0)


def measured(
    script: str,
    log: Path,
    timeout_s: float | None = None,
    cwd: str = "/",
    processes: Processes | None = None,
) -> Exit:
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    try:
        return (processes or Processes()).run(
            ("/bin/sh", "-c", script), cwd=cwd, environ=dict(os.environ), output=descriptor, timeout_s=timeout_s
        )
    finally:
        os.close(descriptor)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -SEGV $$", -signal.SIGSEGV)])
def test_the_exit_code_is_the_childs_own(log: Path, script: str, code: int) -> None:
    assert run(script, log) == Exit(code, False)


def test_the_log_has_both_streams_in_the_order_they_came(log: Path) -> None:
    run("for i in 1 2 3; do echo out $i; echo err $i >&2; done; /bin/echo last", log)
    assert log.read_text() == "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\nlast\n"


def test_output_of_many_megabytes_is_no_dead_end(log: Path) -> None:
    assert run("head -c 5000000 /dev/zero; head -c 5000000 /dev/zero >&2", log).code == 0
    assert log.stat().st_size == 10_000_000


def test_input_is_empty(log: Path) -> None:
    assert run("cat && echo end", log).code == 0
    assert log.read_text() == "end\n"


def test_directory_umask_and_environment(log: Path, tmp_path: Path) -> None:
    old = os.umask(0o077)
    try:
        run("pwd; umask; echo $HOME", log, cwd=str(tmp_path))
    finally:
        os.umask(old)
    assert log.read_text().split() == [str(tmp_path), "0022", os.environ["HOME"]]


def test_a_group_of_its_own_without_a_terminal(log: Path) -> None:
    own_group = f"{sys.executable} -c 'import os; print(os.getpgrp())'"
    run(f"{own_group}; echo $$; (: </dev/tty) 2>/dev/null || echo none", log)
    group, leader, terminal = log.read_text().split()
    assert group == leader
    assert terminal == "none"


def test_a_time_limit_ends_the_group(log: Path, witness: Witness) -> None:
    assert run(f"{witness.hold}; sleep 600 & sleep 600", log, 1.0) == Exit(-signal.SIGTERM, True)
    assert witness.all_ended()


def test_a_child_that_ends_in_good_order_on_sigterm_keeps_its_code(log: Path) -> None:
    assert run("trap 'echo cleaned; exit 3' TERM; exec 2>/dev/null; while :; do sleep 0.1; done", log, 1.0) == Exit(
        3, True
    )
    assert log.read_text() == "cleaned\n"


def test_a_child_that_ignores_sigterm_is_killed_after_the_grace(
    log: Path, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "GRACE_S", 0.2)
    ignoring = f"trap '' TERM; {witness.hold}; (while :; do sleep 1; done) & while :; do sleep 1; done"
    assert run(ignoring, log, 1.0) == Exit(-signal.SIGKILL, True)
    assert witness.all_ended()


def test_a_grandchild_that_ignores_sigterm_ends_with_the_child(log: Path, witness: Witness) -> None:
    script = f"{witness.hold}; (trap '' TERM; while :; do sleep 1; done) & sleep 600"
    assert run(script, log, 1.0) == Exit(-signal.SIGTERM, True)
    assert witness.all_ended()


@pytest.mark.parametrize("end", ["exit 0", "exit 1"])
def test_what_runs_in_the_background_ends_with_the_child(log: Path, witness: Witness, end: str) -> None:
    assert run(f"{witness.hold}; nohup sleep 600 & {end}", log) == Exit(int(end[-1]), False)
    assert witness.all_ended()


@pytest.mark.parametrize("timeout_s", [600.0, 1e9])
def test_a_finished_child_is_not_taken_for_a_timed_out_one(log: Path, timeout_s: float) -> None:
    assert run("exit 0", log, timeout_s) == Exit(0, False)


def started(count: int, script: str, log: Path, processes: Processes, pool: ThreadPoolExecutor) -> list[Future[Exit]]:
    """`count` children that run in threads of their own, all past their first line."""
    fifo = log.with_name("started")
    os.mkfifo(fifo)
    children = []
    for index in range(count):
        told = f"trap 'exit 0' TERM; {script}; echo > {fifo}; while :; do sleep 0.1; done"
        children.append(pool.submit(run, told, log.with_name(f"log{index}"), processes=processes))
        fifo.read_text()
    return children


@pytest.mark.parametrize(
    ("script", "end"), [(":", Processes.terminate), (":", Processes.kill), ("trap '' TERM", Processes.kill)]
)
def test_an_interruption_ends_every_child(
    log: Path, witness: Witness, script: str, end: Callable[[Processes], None]
) -> None:
    processes = Processes()
    with ThreadPoolExecutor() as pool:
        children = started(3, f"{witness.hold}; {script}", log, processes, pool)
        end(processes)
        for child in children:
            with pytest.raises(Interrupted):
                child.result()
    assert witness.all_ended()


def test_after_an_interruption_nothing_starts(log: Path) -> None:
    processes = Processes()
    processes.terminate()
    with pytest.raises(Interrupted):
        run("echo started", log, processes=processes)
    assert log.read_text() == ""
    processes.kill()


def test_a_program_sees_the_name_that_it_is_given(log: Path) -> None:
    with log.open("wb") as file:
        argv = ("called", "-c", "echo $0")
        ended = Processes().run(argv, cwd="/", environ={}, output=file.fileno(), timeout_s=None, executable="/bin/sh")
    assert (ended.code, log.read_text()) == (0, "called\n")


@pytest.mark.parametrize("argv", [("/nonexistent/make",), ("/dev/null",)])
def test_a_program_that_cannot_be_started_is_an_error(tmp_path: Path, argv: tuple[str, ...]) -> None:
    with pytest.raises(OSError, match=r"nonexistent|/dev/null"):
        Processes().run(argv, cwd=str(tmp_path), environ={}, output=2, timeout_s=None)


def test_a_directory_that_is_not_there_is_an_error(log: Path) -> None:
    with pytest.raises(FileNotFoundError, match="/nonexistent"):
        run("exit 0", log, cwd="/nonexistent")


def test_no_descriptor_is_left_open_or_handed_down(log: Path, tmp_path: Path) -> None:
    kept = os.open(tmp_path, os.O_RDONLY)
    counts = []
    for script in ("exit 0", "exit 1", "sleep 600", "ls /dev/fd"):
        run(script, log, 0.2 if script == "sleep 600" else None)
        counts.append(len(os.listdir("/dev/fd")))
    assert len(set(counts)) == 1
    assert str(kept) not in log.read_text().split()
    os.close(kept)


def memory_of(size_bytes: int) -> str:
    return f"{sys.executable} -c 'held = bytearray({size_bytes})'"


def much_bytes() -> int:
    """More than this process ever had."""
    return maximum_resident_bytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) + (64 << 20)


@pytest.mark.parametrize("script", ["exec {}", "{}; exit 3", "sh -c '{}; true' & wait"])
@pytest.mark.parametrize("by_descriptor", [True, False])
def test_the_largest_process_tells_the_peak(
    log: Path, monkeypatch: pytest.MonkeyPatch, script: str, by_descriptor: bool
) -> None:
    if not by_descriptor:
        monkeypatch.delattr(os, "pidfd_open", raising=False)
    much = much_bytes()
    command = memory_of(much).replace("'", '"' if "sh -c" in script else "'")
    found = measured(script.format(command), log)
    assert log.read_text() == ""
    assert found.code == (3 if "exit" in script else 0)
    assert much <= found.peak_bytes < much + (64 << 20)


def test_the_peak_of_a_child_that_is_killed_counts(log: Path) -> None:
    much = much_bytes()
    found = measured(f"{memory_of(much)}; kill -KILL $$", log)
    assert found.code == -signal.SIGKILL
    assert found.peak_bytes >= much


def test_a_small_child_is_not_taken_for_as_large_as_this_process(log: Path) -> None:
    """A child begins as a copy of its parent, and the system counts that."""
    held = bytearray(b"x" * (64 << 20))
    assert measured("exit 0", log).peak_bytes == 0
    assert len(held) == 64 << 20


def test_the_groups_that_run(log: Path, witness: Witness) -> None:
    processes = Processes()
    with ThreadPoolExecutor() as pool:
        children = started(2, ":", log, processes, pool)
        groups = processes.running
        processes.terminate()
        for child in children:
            with pytest.raises(Interrupted):
                child.result()
    assert len(groups) == 2
    assert processes.running == set()


def test_where_processes_have_no_descriptors(log: Path, witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    assert run("exit 3", log) == Exit(3, False)
    assert run("exit 3", log, 600.0) == Exit(3, False)
    assert run(f"{witness.hold}; sleep 600 & sleep 600", log, 1.0) == Exit(-signal.SIGTERM, True)
    assert witness.all_ended()


def test_where_the_kernel_gives_no_descriptors_of_processes(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int) -> int:
        raise PermissionError

    monkeypatch.setattr(os, "pidfd_open", refuse, raising=False)
    assert run("exit 3", log, 600.0) == Exit(3, False)
