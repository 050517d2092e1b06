from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from cache.snapshot import Snapshot
from engine.run.scratch import Scratch
from engine.verify.scratch import OtherScratch, _Turned, aged_ns
from tests.plan.world import World

SECOND_NS = 1_000_000_000
DAY_NS = 86_400 * SECOND_NS
NEW_YEAR_1980_NS = 315_532_800 * SECOND_NS


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path


def listing(world: World) -> Snapshot:
    tree = world.action().tree
    assert tree is not None
    return tree


def test_another_path_of_the_same_length_in_the_same_folder(place: Path) -> None:
    one, other = Scratch(str(place / "state")), OtherScratch(str(place / "state"))
    for name in ("Fn", "Stack/Fn", "F" * 200):
        assert one.path_of(name) != other.path_of(name)
        assert len(one.path_of(name)) == len(other.path_of(name))
    assert one.root == other.root


def test_the_copy_is_the_same_but_older(place: Path) -> None:
    world = World(place / "project", {"src/Makefile": "build-Fn:\n", "src/d/old": "old", "src/new": "new"})
    for path, seconds in (("new", 1_700_000_100.5), ("d/old", 1_700_000_000.25), ("d", 1_700_000_000)):
        os.utime(place / "project/src" / path, (seconds, seconds))
    source = str(place / "project/src")
    copy, faithful = OtherScratch(str(place / "state")).copy("Fn", source, listing(world))
    assert faithful
    for path in ("new", "d/old", "d"):
        before, after = os.stat(f"{source}/{path}"), os.stat(f"{copy}/{path}")
        assert before.st_mtime_ns - after.st_mtime_ns == 20 * DAY_NS
        assert before.st_mode == after.st_mode
    assert Path(copy, "d/old").read_text() == "old"


def test_files_are_made_in_another_order(place: Path) -> None:
    world = World(place / "project", {"src/Makefile": "build-Fn:\n", "src/a": "a", "src/b": "b"})
    tree = listing(world)
    assert [row.path for row in _Turned(*tree).rows()] == ["b", "a", "Makefile"]
    assert list(reversed(list(_Turned(*tree).rows()))) == list(tree.rows())


def test_ages_keep_their_order_and_zip_can_say_them() -> None:
    times = [0, NEW_YEAR_1980_NS, *(NEW_YEAR_1980_NS + days * DAY_NS for days in (1, 2, 3, 10, 22, 23, 9000))]
    aged = [aged_ns(time) for time in times]
    assert aged == sorted(aged)
    assert aged[0] == 0
    assert min(aged[1:]) >= NEW_YEAR_1980_NS
    assert aged[-1] == times[-1] - 20 * DAY_NS


def test_a_source_folder_that_is_not_there_is_an_empty_copy(place: Path) -> None:
    copy, faithful = OtherScratch(str(place / "state")).copy("Fn", str(place / "none"), None)
    assert faithful
    assert os.listdir(copy) == []
