from __future__ import annotations

import pytest

from benchmarks.schedule import Ratios, main, markdown


def test_the_table() -> None:
    lines = markdown({"few": Ratios([1.0, 1.0, 1.3], [1.0, 1.5, 2.0])}).splitlines()
    assert lines[2:] == [
        "| few | longest path first | 1.000 | 1.100 | 1.300 | 1.300 |",
        "| few | first in, first out | 1.500 | 1.500 | 2.000 | 2.000 |",
    ]


def test_the_command_prints_three_kinds_of_builds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--graphs", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Makespan / max(critical path, work / jobs) of 2 random graphs")
    assert len(lines) == 2 + 2 + 3 * 2


def test_no_graphs_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--graphs", "0"])
    assert "--graphs: at least one" in capsys.readouterr().err
