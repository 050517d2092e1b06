from __future__ import annotations

from pathlib import Path

from engine.report.console import Detail
from engine.report.failures import failure_blocks, shortened
from engine.report.style import Ink
from engine.run.events import Failure, State, TargetResult
from tests.report.results import result


def lines_of(*results: TargetResult, detail: Detail | None = None, cwd: str = "/app") -> list[str]:
    return "\n".join(failure_blocks(results, Ink(False), detail or Detail(), cwd)).splitlines()


def failed(tmp_path: Path, failure: Failure | None) -> TargetResult:
    log = tmp_path / "Fn.log"
    log.write_text("cp: no such file\nmake: *** [Makefile:3: build-Fn] Error 1\n")
    return result("Fn", State.FAILED, log=str(log), failure=failure)


def test_the_log_is_whole_and_the_facts_stand_below_it(tmp_path: Path) -> None:
    failure = Failure("make ended with exit code 2", 2, (("makefile", f"{tmp_path}/src/Makefile"),), "fix it")
    assert lines_of(failed(tmp_path, failure), cwd=str(tmp_path)) == [
        "",
        "Log of Fn:",
        "cp: no such file",
        "make: *** [Makefile:3: build-Fn] Error 1",
        "",
        "Error: make ended with exit code 2",
        "  resource   Fn",
        "  makefile   src/Makefile",
        "  exit code  2",
        "  log        Fn.log",
        "hint: fix it",
    ]


def test_rows_of_the_failure_are_not_doubled(tmp_path: Path) -> None:
    failure = Failure("failed", 2, (("exit code", "2 (make's)"), ("resource", "the function Fn")))
    lines = lines_of(failed(tmp_path, failure))
    assert [line for line in lines if "exit code" in line] == ["  exit code  2 (make's)"]
    assert [line for line in lines if "resource" in line] == ["  resource   the function Fn"]


def test_a_signal_is_called_one(tmp_path: Path) -> None:
    assert "  signal    9" in lines_of(failed(tmp_path, Failure("killed", -9)))


def test_no_logs_when_none_are_wanted(tmp_path: Path) -> None:
    lines = lines_of(failed(tmp_path, Failure("failed", 2)), detail=Detail(log_output="none"))
    assert "cp: no such file" not in lines
    assert f"  log        {tmp_path}/Fn.log" in lines


def test_only_failures_have_a_block(tmp_path: Path) -> None:
    assert lines_of(result("A", State.BUILT), result("B", State.SKIPPED, "A failed")) == []
    assert lines_of(result("A", State.FAILED)) == ["", "Error: failed", "  resource  A"]


def test_paths_are_shortened_below_the_working_directory_only() -> None:
    assert shortened("/app/src/x", "/app") == "src/x"
    assert shortened("/application/x", "/app") == "/application/x"
    assert shortened("/x", "/") == "x"
