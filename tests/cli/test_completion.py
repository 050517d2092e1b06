from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from engine.cli.main import main
from tests.cli.command_line import complete


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_ENGINE_COMPLETE={shell}_complete" in script


def test_the_bash_script_is_valid_bash(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    subprocess.run(["bash", "-n"], input=capsys.readouterr().out, text=True, check=True)


def test_an_unknown_shell_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "tcsh"]) == 2
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in capsys.readouterr().err


def test_commands_options_and_values_are_completed(tmp_path: Path) -> None:
    assert complete("engine bu", 1, tmp_path) == ["build"]
    assert complete("engine build --keep", 2, tmp_path) == ["--keep-going"]
    assert complete("engine build --output j", 3, tmp_path) == ["json"]
