from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.errors import Interrupted
from engine.make import child
from engine.make.child import Heard, listen
from engine.run.process import Processes
from tests.run.processes import Witness


def heard(
    command: str, tmp_path: Path, timeout_s: float = 60, processes: Processes | None = None
) -> tuple[Heard, bytes]:
    said: list[bytes] = []
    ended = listen(
        (processes or Processes()).run,
        ("/bin/sh", "-c", command),
        cwd=str(tmp_path),
        environ=dict(os.environ),
        timeout_s=timeout_s,
        hear=said.append,
    )
    return ended, b"".join(said)


def test_all_that_is_printed_is_heard(tmp_path: Path) -> None:
    ended, said = heard("seq 100000; echo end >&2; exit 3", tmp_path)
    assert ended == Heard(3, timed_out=False, too_much=False)
    assert said == b"".join(b"%d\n" % number for number in range(1, 100001)) + b"end\n"


def test_silence(tmp_path: Path) -> None:
    assert heard("exec >&- 2>&-; exit 0", tmp_path) == (Heard(0, timed_out=False, too_much=False), b"")


def test_the_time_limit(tmp_path: Path, witness: Witness) -> None:
    ended, said = heard(f"{witness.hold}; echo said; exec sleep 600", tmp_path, timeout_s=0.3)
    assert ended.timed_out
    assert said == b"said\n"
    assert witness.all_ended()


@pytest.mark.parametrize("command", ["yes", "trap '' PIPE; yes"])
def test_output_without_end_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setattr(child, "LIMIT_BYTES", 1 << 20)
    ended, said = heard(command, tmp_path)
    assert ended.too_much
    assert not ended.timed_out
    assert len(said) < 2 << 20


def test_a_daemon_that_keeps_the_output_open_is_not_waited_for(tmp_path: Path, witness: Witness) -> None:
    ready, gate = tmp_path / "ready", tmp_path / "gate"
    os.mkfifo(ready)
    os.mkfifo(gate)
    daemon = f"setsid sh -c 'echo up > {ready}; read line < {gate}; echo late'"
    ended, said = heard(f"{witness.hold}; {daemon} & read line < {ready}; echo said", tmp_path)
    assert ended.code == 0
    assert said == b"said\n"
    gate.write_text("\n")
    assert witness.all_ended()


def test_a_program_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        listen(Processes().run, ("/nowhere/x",), cwd=str(tmp_path), environ={}, timeout_s=1, hear=lambda chunk: None)


def test_an_interrupted_build_leaves_no_descriptors(tmp_path: Path) -> None:
    processes = Processes()
    processes.terminate()
    before = sorted(os.listdir("/proc/self/fd"))
    with pytest.raises(Interrupted):
        heard("true", tmp_path, processes=processes)
    assert sorted(os.listdir("/proc/self/fd")) == before
