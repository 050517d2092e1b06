from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.build import tools
from engine.build.tools import ToolOutput, known_make_version
from engine.errors import InputError, Interrupted
from engine.make.invocation import find_make
from engine.plan.trace import Trace
from engine.run.process import Processes
from tests.run.processes import Witness


def outputs(folder: Path, processes: Processes | None = None) -> ToolOutput:
    return ToolOutput((processes or Processes()).run, dict(os.environ), str(folder))


def why(folder: Path, command: str) -> str:
    with pytest.raises(InputError, match="does not say its version") as caught:
        outputs(folder)(command)
    return dict(caught.value.rows)["why"]


def test_what_is_printed_counts(tmp_path: Path) -> None:
    asked = outputs(tmp_path)
    assert asked("echo 1") == asked("echo 1; true") == asked("echo 1 >&2")
    assert asked("echo 1") != asked("echo 2")
    assert asked("pwd") == outputs(tmp_path)(f"echo {os.path.realpath(tmp_path)}")


def test_a_command_runs_once_in_a_build(tmp_path: Path) -> None:
    asked = outputs(tmp_path)
    for _ in range(3):
        asked("echo x >> calls")
    assert (tmp_path / "calls").read_text() == "x\n"


def test_a_failure_is_told_with_its_last_line(tmp_path: Path) -> None:
    assert why(tmp_path, "seq 9999; echo the reason >&2; exit 3") == "exit code 3: the reason"
    assert why(tmp_path, "no-such-tool --version").startswith("exit code 127: ")


def test_output_without_end_is_told(tmp_path: Path) -> None:
    assert why(tmp_path, "yes") == "it prints more than 64 MiB"


def test_a_tool_that_does_not_end_is_told(tmp_path: Path, witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "_TIME_LIMIT_S", 0.3)
    assert why(tmp_path, f"{witness.hold}; sleep 600 & sleep 600") == "it took over 0.3 seconds"
    assert witness.all_ended()


def test_nothing_is_asked_once_the_build_was_interrupted(tmp_path: Path) -> None:
    processes = Processes()
    processes.terminate()
    with pytest.raises(Interrupted):
        outputs(tmp_path, processes)("echo x > said")
    assert not (tmp_path / "said").exists()


def test_makes_version_is_asked_again_when_the_binary_changes(tmp_path: Path) -> None:
    make = tmp_path / "make"
    trace = Trace()
    for text in ("one", "number two"):
        make.write_text(f"#!/bin/sh\necho {text} >> {tmp_path}/calls; echo {text}\n")
        make.chmod(0o755)
        assert [known_make_version(trace, str(make)) for _ in range(2)] == [text, text]
    assert (tmp_path / "calls").read_text() == "one\nnumber two\n"
    assert known_make_version(trace, find_make(dict(os.environ))).startswith("GNU Make ")
