from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.main import main

COMPLETE = "from engine.cli.main import main; raise SystemExit(main())"


def complete(words: str, index: int, cwd: Path) -> list[str]:
    """Ask for completions as bash's script does: the words so far and which of them is being written."""
    environ = {**os.environ, "_ENGINE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(index)}
    done = subprocess.run(
        [sys.executable, "-c", COMPLETE], env=environ, cwd=cwd, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


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


TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  OrdersFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: makefile}
    Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.11}
  OrdersLayer:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: makefile}
    Properties: {ContentUri: layer}
"""


def test_resources_are_completed_from_the_template(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATE)
    assert complete("engine build -t t.yaml Orders", 4, tmp_path) == ["OrdersFunction", "OrdersLayer"]
    assert complete("engine build -t t.yaml -x OrdersL", 5, tmp_path) == ["OrdersLayer"]


@pytest.mark.parametrize("text", ["Resources: [", "", "\x00"])
def test_a_template_that_cannot_be_read_completes_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "template.yaml").write_text(text)
    assert complete("engine build Orders", 2, tmp_path) == []
