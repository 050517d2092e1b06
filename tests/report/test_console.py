from __future__ import annotations

from pathlib import Path

import pytest

from engine.report.console import ConsoleReporter, Detail, log_block
from engine.report.style import Ink
from engine.run.events import (
    BuildStarted,
    Event,
    Failure,
    State,
    TargetFinished,
    TargetResult,
    TargetStarted,
    Waiting,
    Warned,
)
from tests.report.results import result


def shown(*events: Event | TargetResult, detail: Detail | None = None, ink: Ink | None = None) -> list[str]:
    texts: list[str] = []
    reporter = ConsoleReporter(texts.append, ink or Ink(False), detail or Detail())
    for event in events:
        reporter(TargetFinished(event) if isinstance(event, TargetResult) else event)
    reporter.flush()
    return "\n".join(texts).splitlines()


def test_a_built_target_says_how_long_and_why() -> None:
    assert shown(result("Fn", State.BUILT, "src/app.py changed", seconds=1.2)) == [
        "Fn  built          1.2 s  because src/app.py changed"
    ]


def test_further_reasons_are_counted() -> None:
    (line,) = shown(result("Fn", State.BUILT, "a changed", "b changed", "c changed", seconds=1))
    assert line.endswith("because a changed (and 2 more)")


def test_lines_are_aligned_by_the_longest_name() -> None:
    lines = shown(
        BuildStarted(targets=3, to_do=2, jobs=1, longest_name=6),
        result("Fn", State.BUILT, seconds=0.5),
        result("Layers", State.RESTORED, seconds=61),
    )
    assert lines == [
        "Building 2 of 3 targets, 1 job",
        "Fn      built         0.50 s",
        "Layers  restored   1 min 1 s",
    ]


def test_names_of_started_targets_are_known_for_alignment() -> None:
    lines = shown(TargetStarted("Longer", (), None), result("Fn", State.BUILT, seconds=1))
    assert lines == ["Fn      built          1.0 s"]


def test_a_very_long_name_moves_no_other_line() -> None:
    lines = shown(result("L" * 90, State.BUILT, seconds=1), result("Fn", State.BUILT, seconds=1))
    assert lines[1] == f"{'Fn':<40}  built          1.0 s"


def test_a_narrow_terminal_has_narrow_names() -> None:
    (first, second) = shown(
        *(result(name, State.BUILT, seconds=1) for name in ("L" * 30, "Fn")), detail=Detail(columns=60)
    )
    assert second == f"{'Fn':<15}  built          1.0 s"
    assert first.startswith("L" * 30 + "  built")


def test_a_failed_target_says_how_it_failed() -> None:
    def line(exit_code: int | None) -> str:
        failure = Failure("no make ran\nand more", exit_code)
        return shown(result("Fn", State.FAILED, "never built", seconds=2, failure=failure))[0]

    assert line(2) == "Fn  failed         2.0 s  exit code 2"
    assert line(-9) == "Fn  failed         2.0 s  signal 9"
    assert line(None) == "Fn  failed         2.0 s  no make ran"


def test_a_skipped_target_says_whose_fault_it_is() -> None:
    (line,) = shown(result("Fn", State.SKIPPED, "SharedLayer failed"))
    assert line.split() == ["Fn", "skipped", "because", "SharedLayer", "failed"]


def test_up_to_date_targets_are_silent() -> None:
    assert shown(result("Fn", State.UP_TO_DATE)) == []


def test_explain_shows_every_target_and_every_reason() -> None:
    lines = shown(
        result("Fn", State.UP_TO_DATE),
        result("Gn", State.BUILT, "a changed", "b changed", seconds=1),
        detail=Detail(explain=True),
    )
    assert lines[0] == "Fn  up to date"
    assert lines[1] == "Gn  built            1.0 s  because a changed"
    assert lines[2].index("b changed") == lines[1].index("a changed")


def test_targets_that_are_up_to_date_are_aligned_with_each_other() -> None:
    lines = shown(
        result("Fn", State.UP_TO_DATE),
        result("Longer", State.UP_TO_DATE),
        Warned("odd"),
        detail=Detail(explain=True),
    )
    assert lines == ["Fn      up to date", "Longer  up to date", "warning: odd"]


def test_restored_targets_can_be_left_out() -> None:
    assert shown(result("Fn", State.RESTORED), detail=Detail(restored=False)) == []


@pytest.mark.parametrize("state", [State.BUILT, State.RESTORED])
def test_all_logs_are_shown_prefixed_as_targets_finish(tmp_path: Path, state: State) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"one\n\x1b[32mtwo\n")
    lines = shown(result("Fn", state, seconds=1, log=str(log)), detail=Detail(log_output="all", restored=False))
    assert lines[:2] == ["Fn | one", "Fn | \x1b[32mtwo\x1b[0m"]
    assert lines[2].startswith("Fn  ")


@pytest.mark.parametrize("log_output", ["failed", "none"])
def test_logs_of_successes_stay_in_their_files(tmp_path: Path, log_output: str) -> None:
    log = tmp_path / "log"
    log.write_text("one\n")
    assert len(shown(result("Fn", State.BUILT, log=str(log)), detail=Detail(log_output=log_output))) == 1


def test_a_failed_target_keeps_its_log_for_the_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("one\n")
    assert len(shown(result("Fn", State.FAILED, log=str(log)), detail=Detail(log_output="all"))) == 1


def test_a_log_that_is_gone_is_no_error(tmp_path: Path) -> None:
    lines = shown(result("Fn", State.BUILT, log=str(tmp_path / "gone")), detail=Detail(log_output="all"))
    assert lines[0] == f"Fn | (the log {tmp_path}/gone cannot be read: No such file or directory)"


def test_names_cannot_act_on_a_terminal() -> None:
    lines = shown(
        result("F\x1b[2Jn", State.BUILT, "a\nb changed", seconds=1),
        Warned("odd \x07\nsecond line", "L\r"),
        Waiting("pid 1\x1b"),
    )
    assert lines == [
        "F\\x1b[2Jn  built          1.0 s  because a\\nb changed",
        "warning: L\\r: odd \\x07",
        "second line",
        "Waiting for another build in this build directory (pid 1\\x1b)",
    ]


def test_colors() -> None:
    (line,) = shown(result("Fn", State.BUILT, seconds=1), ink=Ink(True))
    assert line == "Fn  \x1b[32mbuilt   \x1b[0m       1.0 s"


def test_the_opening_counts_targets_and_jobs() -> None:
    assert shown(BuildStarted(targets=1, to_do=1, jobs=8)) == ["Building 1 target, 8 jobs"]


def test_a_log_comes_in_blocks_and_an_empty_one_says_so(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("".join(f"line {n}\n" for n in range(450)))
    blocks = list(log_block(str(log), keep_color=True))
    assert "\n".join(blocks) == log.read_text().rstrip("\n")
    assert len(blocks) == 3
    log.write_text("")
    assert list(log_block(str(log), keep_color=True)) == ["(make wrote nothing)"]


def test_explain_tells_what_is_known_not_to_be_reproducible() -> None:
    explained = Detail(explain=True)
    built = result("Fn", State.BUILT, "never built", seconds=1)._replace(differs="app.zip (time stamp)")
    kept = result("Other", State.UP_TO_DATE)._replace(differs="a\x1b (mode)")
    assert shown(built, detail=explained) == [
        "Fn  built            1.0 s  because never built",
        "                            not reproducible: app.zip (time stamp)",
    ]
    assert shown(kept, detail=explained) == ["Other  up to date              not reproducible: a\\x1b (mode)"]
    assert shown(built) == ["Fn  built          1.0 s  because never built"]
