from __future__ import annotations

from pathlib import Path

import pytest

from engine.build.written import Written


def run(state: Path, before: dict[str, str], after: dict[str, str], target: str = "Fn") -> list[str]:
    """One run in a build of its own: what it changed without ever having written it."""
    written = Written(str(state))
    written.began(target, before)
    return written.ended(target, before, after)


def test_what_comes_while_make_runs_is_makes(tmp_path: Path) -> None:
    assert run(tmp_path, {"a": "1"}, {"a": "1", "o": "1"}) == []
    assert run(tmp_path, {"a": "2", "o": "1"}, {"a": "2", "o": "2"}) == []
    assert run(tmp_path, {"a": "2", "o": "2"}, {"a": "2"}) == []


def test_what_was_there_before_is_not(tmp_path: Path) -> None:
    assert run(tmp_path, {"a": "1", "b": "1"}, {"a": "2"}) == ["a", "b"]
    assert run(tmp_path, {"a": "2"}, {"a": "3"}) == ["a"]


def test_what_somebody_edited_and_make_left_so_is_theirs(tmp_path: Path) -> None:
    run(tmp_path, {}, {"o": "1"})
    assert run(tmp_path, {"o": "edited"}, {"o": "edited"}) == []
    assert run(tmp_path, {"o": "edited"}, {"o": "2"}) == ["o"]


def test_what_make_did_not_need_to_write_again_is_still_makes(tmp_path: Path) -> None:
    run(tmp_path, {}, {"o": "1"})
    assert run(tmp_path, {"o": "1"}, {"o": "1"}) == []
    assert run(tmp_path, {"o": "1"}, {"o": "2"}) == []


def test_targets_may_change_what_others_wrote(tmp_path: Path) -> None:
    run(tmp_path, {}, {"o": "1"}, "Stack/A")
    assert run(tmp_path, {"o": "1"}, {"o": "2"}, "Stack/B") == []
    assert run(tmp_path, {"o": "2"}, {"o": "3"}, "Stack/A") == []


def test_a_killed_run_is_remembered_by_what_was_there_when_it_began(tmp_path: Path) -> None:
    Written(str(tmp_path)).began("Fn", {"a": "1"})
    assert run(tmp_path, {"a": "2", "o": "1"}, {"a": "2", "o": "2"}) == []


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"format": "written-v0"}', '{"format": "written-v1", "files": 1, "began": 2}']
)
def test_a_damaged_memory_is_none(tmp_path: Path, damage: str) -> None:
    run(tmp_path, {}, {"o": "1"})
    (tmp_path / "written" / "Fn").write_text(damage)
    assert run(tmp_path, {"o": "1"}, {"o": "2"}) == ["o"]
    assert list((tmp_path / "staging").iterdir()) == []


def test_names_that_are_no_text(tmp_path: Path) -> None:
    run(tmp_path, {}, {"\udcff": "1"})
    assert run(tmp_path, {"\udcff": "1"}, {"\udcff": "2"}) == []


def test_nothing_is_left_of_targets_that_write_nothing(tmp_path: Path) -> None:
    run(tmp_path, {"a": "1"}, {"a": "1"})
    assert list((tmp_path / "written").iterdir()) == []
