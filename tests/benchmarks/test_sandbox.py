"""What a sandbox costs, measured on the smallest monorepo."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.sandbox import main
from tests.run.bubblewraps import installed


def test_builds_with_and_without_are_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    installed()
    assert main(["--size", "2x1", "--rounds", "1", "--no-programs", "--work", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "- bubblewrap: bubblewrap " in printed
    rows = [line.split(" | ") for line in printed.splitlines() if line.startswith("| ")][2:]
    assert [row[0] for row in rows] == ["| cold, 1 job", "| cold, 8 jobs", "| nothing to do"]
    assert all(float(row[3]) > 0 for row in rows)
    assert [row[4].endswith(" ms |") for row in rows] == [True, True, False]
    assert list(tmp_path.iterdir()) == []


def test_without_bubblewrap_the_package_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main([]) == 1
    assert "apt-get install bubblewrap" in capsys.readouterr().err


def test_a_size_that_cannot_be_is_a_usage_error() -> None:
    with pytest.raises(SystemExit):
        main(["--size", "0x1"])
