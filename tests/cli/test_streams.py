from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ENGINE = f"exec {sys.executable} -m engine"
TEMPLATE = """
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: makefile}
    Properties: {CodeUri: ., Handler: a.b, Runtime: provided}
"""
COMMANDS = ["build", "build --output json", "cache info", "completion bash", "--version", "build --help"]
each_command = pytest.mark.parametrize("command", COMMANDS)
LOST = "Error: The result cannot be written to standard output: No space left on device\nhint: "


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "Makefile").write_text("build-Fn:\n\techo said; cp Makefile $(ARTIFACTS_DIR)\n")
    return folder


def run(project: Path, command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a shell's command line; `engine` stands for this one."""
    checkout = str(Path(__file__).parents[2])
    return subprocess.run(
        ["/bin/sh", "-c", command.replace("engine", ENGINE, 1)],
        cwd=project,
        env={**os.environ, "PYTHONPATH": checkout, "ENGINE_CACHE_DIR": str(project.parent / "store"), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@each_command
@pytest.mark.parametrize("environ", [{"PYTHONUNBUFFERED": ""}, {"PYTHONUNBUFFERED": "1"}], ids=["buffered", "at once"])
def test_a_result_that_is_lost_is_an_error(project: Path, command: str, environ: dict[str, str]) -> None:
    done = run(project, f"engine {command} > /dev/full", **environ)
    assert done.returncode == 1
    assert "No space left on device\nhint: " in done.stderr
    if command != "build --help":
        assert LOST in done.stderr
    assert "Traceback" not in done.stderr
    assert "this is a bug" not in done.stderr


@each_command
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_streams_that_the_caller_closed_lead_to_nowhere(project: Path, command: str, closed: str) -> None:
    done = run(project, f"engine {command} {closed}")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr


def test_what_is_written_in_a_build_with_closed_streams_is_as_ever(project: Path) -> None:
    run(project, "engine build >&- 2>&- <&-")
    assert (project / ".aws-sam/build/Fn/Makefile").read_text() == (project / "Makefile").read_text()
    log = (project / ".aws-sam/engine/logs/Fn.log").read_text()
    assert log == "echo said; cp Makefile " + str(project / ".aws-sam/build/Fn") + "\nsaid\n"


@pytest.mark.parametrize("command", ["build", "build --output json", "cache info", "--version"])
def test_a_reader_that_left_is_no_error(project: Path, command: str) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [sys.executable, "-m", "engine", *command.split()],
        cwd=project,
        env={**os.environ, "ENGINE_CACHE_DIR": str(project.parent / "store")},
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write_end)
    assert done.returncode == 0
    assert "Error" not in done.stderr


@pytest.mark.parametrize(("command", "code"), [("build", 0), ("build --nonsense", 2), ("build -t none.yaml", 1)])
def test_a_standard_error_that_takes_nothing_changes_no_exit_code(project: Path, command: str, code: int) -> None:
    assert run(project, f"engine {command} 2> /dev/full").returncode == code
