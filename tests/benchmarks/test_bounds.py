from __future__ import annotations

import pytest

from benchmarks.bounds import main


def test_every_step_is_timed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--size", "3x2", "--rounds", "1"]) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert len([row for row in rows if " x " in row]) == 10
    assert all(" ms " in row for row in rows[2:])
