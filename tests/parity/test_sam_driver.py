"""The warm interpreter that forks for each run does what the `sam` executable does."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.parity.corpus import CASES
from tests.parity.sam import run_sam, sam_executable
from tests.parity.side import Run, Side

BY_NAME = {case.name: case for case in CASES}


def run_executable(side: Side) -> Run:
    with (side.root / "stdout").open("wb") as stdout, (side.root / "stderr").open("wb") as stderr:
        code = subprocess.run(
            [sam_executable(), *side.argv()],
            cwd=side.cwd,
            env=side.environment(),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            check=False,
        ).returncode
    return side.outcome(code)


@pytest.mark.parametrize(
    "name", ["a function's id builds it with its layers", "a recipe fails", "no Resources", "an unknown option"]
)
def test_driver_is_faithful(name: str, tmp_path: Path) -> None:
    plain = run_executable(Side(BY_NAME[name], tmp_path / "plain"))
    warm = Side(BY_NAME[name], tmp_path / "warm")
    driven = warm.outcome(*run_sam([warm.job(warm.argv())], tmp_path))
    assert (driven.exit_code, driven.stdout, driven.tree) == (plain.exit_code, plain.stdout, plain.tree)
    assert driven.stderr.splitlines()[-1:] == plain.stderr.splitlines()[-1:]
