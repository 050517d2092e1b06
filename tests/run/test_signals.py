from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.run.processes import Witness

SCRIPT = """
import os, sys
from threading import Thread
from engine.errors import Interrupted
from engine.run import signals
from engine.run.process import Processes

signals.GRACE_S = float(sys.argv[2])
processes = Processes()

def work():
    try:
        ended = processes.run(
            ("/bin/sh", "-c", sys.argv[1]), cwd="/", environ=dict(os.environ), output=1, timeout_s=None
        )
        print("ended", ended.code, flush=True)
    except Interrupted:
        print("stopped", flush=True)

def stop():
    print("interrupted", flush=True)
    processes.terminate()

with signals.Interruption(stop, processes.kill):
    worker = Thread(target=work)
    worker.start()
    while worker.is_alive():
        worker.join(0.1)  # a signal that comes just before the wait does not interrupt it
"""


class Build:
    """A program that runs one shell command under watch of signals; it tells what happens line by line."""

    def __init__(self, command: str, grace_s: float, prefix: str = "") -> None:
        python = [sys.executable, "-c", SCRIPT, command, str(grace_s)]
        argv = ["/bin/sh", "-c", f'{prefix} exec "$@"', "sh", *python] if prefix else python
        self._program = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)

    def line(self) -> str:
        assert self._program.stdout is not None
        return self._program.stdout.readline().strip()

    def send(self, number: int) -> None:
        self._program.send_signal(number)

    def rest(self) -> list[str]:
        """The remaining lines, when it has ended."""
        return self._program.communicate(timeout=60)[0].splitlines()

    def code(self) -> int:
        return self._program.returncode

    def end(self) -> None:
        """End it without waiting for who else may hold its output."""
        self._program.kill()
        self._program.wait()
        assert self._program.stdout is not None
        self._program.stdout.close()


@pytest.fixture
def builds() -> Iterator[list[Build]]:
    started: list[Build] = []
    yield started
    for build in started:
        build.end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_ends_the_work_in_good_order(builds: list[Build], witness: Witness, number: int) -> None:
    tidy = "exec 2>/dev/null; trap 'echo cleaned; exit 0' TERM; echo up; while :; do sleep 0.1; done"
    build = Build(f"{witness.hold}; {tidy}", 600)
    builds.append(build)
    assert build.line() == "up"
    build.send(number)
    assert build.rest() == ["interrupted", "cleaned", "stopped"]
    assert build.code() == 0
    assert witness.all_ended()


def test_the_second_signal_kills_at_once(builds: list[Build], witness: Witness) -> None:
    build = Build(f"{witness.hold}; trap '' TERM; echo up; while :; do sleep 0.1; done", 600)
    builds.append(build)
    assert build.line() == "up"
    build.send(signal.SIGINT)
    assert build.line() == "interrupted"
    build.send(signal.SIGINT)
    assert build.rest() == ["stopped"]
    assert witness.all_ended()


def test_what_does_not_end_within_the_grace_is_killed(builds: list[Build], witness: Witness) -> None:
    build = Build(f"{witness.hold}; trap '' TERM; echo up; while :; do sleep 0.1; done", 0.3)
    builds.append(build)
    assert build.line() == "up"
    build.send(signal.SIGTERM)
    assert build.rest() == ["interrupted", "stopped"]
    assert witness.all_ended()


@pytest.mark.parametrize(("name", "number"), [("HUP", signal.SIGHUP), ("INT", signal.SIGINT)])
def test_a_signal_that_was_ignored_stays_ignored(builds: list[Build], tmp_path: Path, name: str, number: int) -> None:
    os.mkfifo(tmp_path / "go")
    build = Build(f"echo up; read line < {tmp_path}/go; echo $line", 600, prefix=f"trap '' {name};")
    builds.append(build)
    assert build.line() == "up"
    build.send(number)
    (tmp_path / "go").write_text("on\n")
    assert build.rest() == ["on", "ended 0"]
