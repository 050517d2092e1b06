from __future__ import annotations

import subprocess
import sys

import pytest

import engine
from engine.cli.main import main

PROBE = """
import sys
from engine.cli.main import main
code = main({args!r})
print(code, *sorted({{'click', 'engine.cli.build', 'rich', 'anyio', 'asyncio', 'networkx', 'yaml'}} & set(sys.modules)))
"""


def probe(*args: str) -> list[str]:
    """Run a command line in a fresh interpreter: its output, then its exit code and which heavy modules it loaded."""
    command = [sys.executable, "-c", PROBE.format(args=list(args))]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_version_costs_nothing() -> None:
    assert probe("--version") == [f"engine {engine.__version__}", "0"]


def test_the_version_is_also_an_option_among_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version", "--help"]) == 0
    assert capsys.readouterr().out == f"engine {engine.__version__}\n"


def test_the_build_command_loads_nothing_heavy() -> None:
    assert probe("build", "--help")[-1] == "0 click engine.cli.build"


def test_the_installed_command_is_this_one() -> None:
    command = [sys.executable, "-c", "from importlib.metadata import entry_points; print(entry_points(name='engine'))"]
    assert "engine.cli.main:main" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize(
    "args", [["-h"], ["--help"], ["build", "-h"], ["completion", "-h"], ["completion", "--help"], ["cache", "-h"]]
)
def test_every_command_has_help(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(args) == 0
    assert capsys.readouterr().out.startswith("Usage: engine")
