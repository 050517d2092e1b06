from __future__ import annotations

import errno
import tempfile
from pathlib import Path

import pytest

from engine.cli.errors import guarded
from engine.cli.main import main
from engine.errors import BuildError, EnvironmentFault, InputError, Interrupted


def broken() -> None:
    raise KeyError("some\x1bthing")


def interrupted() -> None:
    raise KeyboardInterrupt


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that temporary files go to."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv("SAM_DEBUG", raising=False)
    return tmp_path


def test_a_bug_is_two_lines_and_a_file(temporary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(broken, ["build"]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first == "Error: this is a bug in engine, not in what you built: KeyError: 'some\\x1bthing'"
    (file,) = temporary.iterdir()
    assert str(file) in second
    assert file.read_text().startswith("Traceback (most recent call last)")


def test_a_bug_that_cannot_be_kept_is_still_two_lines(temporary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    temporary.rmdir()
    assert guarded(broken, ["build"]) == 1
    assert "cannot be kept (No such file or directory)" in capsys.readouterr().err.splitlines()[1]


def test_a_bug_with_debug_is_raised(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyError):
        guarded(broken, ["build", "--debug"])
    monkeypatch.setenv("SAM_DEBUG", "1")
    with pytest.raises(KeyError):
        guarded(broken, ["build"])
    assert list(temporary.iterdir()) == []


def test_a_fault_of_the_machine_is_no_bug(temporary: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/a/file")

    assert guarded(full, ["build"]) == 1
    assert capsys.readouterr().err.startswith("Error: No space left on device: /a/file\nhint: make room")
    assert list(temporary.iterdir()) == []


def test_an_interruption_has_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(interrupted, ["build"]) == 130
    assert capsys.readouterr().err == "Interrupted\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [(InputError("x"), 1), (EnvironmentFault("x"), 1), (Interrupted("x"), 130)],
)
def test_each_kind_of_error_has_its_exit_code(error: BuildError, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise error

    assert guarded(fail, []) == code
    assert capsys.readouterr().err == "Error: x\n"


@pytest.mark.parametrize(("args", "red"), [(["--color"], True), (["--color", "--no-color"], False), ([], False)])
def test_errors_follow_the_color_flags(args: list[str], red: bool, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise InputError("x")

    guarded(fail, args)
    assert ("\x1b[1;31m" in capsys.readouterr().err) is red


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["build", "--frobnicate"], "No such option"),
        (["build", "--jobs", "0"], "Invalid value for '--jobs'"),
        (["build", "--jobs", "many"], "'many' is not a valid integer"),
        (["build", "--timeout", "soon"], "Invalid value for '--timeout': 'soon' is not a duration"),
        (["build", "--cache-size", "big"], "Invalid value for '--cache-size': 'big' is not a size"),
        (["build", "--link-mode", "magic"], "'magic' is not one of"),
        (["build", "--output", "xml"], "'xml' is not one of"),
    ],
)
def test_usage_errors(args: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(args) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("Usage: engine build [OPTIONS] [RESOURCE]...\n")
    assert message in captured.err
