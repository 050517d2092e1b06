"""What differs between two artifact directories, by their listings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cache.snapshot import Snapshot
from engine.build.results import Results
from engine.verify.comparison import Side, compare
from engine.verify.difference import Difference, follows_umask


def look(root: Path) -> Snapshot:
    return Results(None, lambda text: None, str(root.parent)).look(str(root))


def differences(one: Path, two: Path) -> list[Difference]:
    return list(compare(Side(look(one), str(one)), Side(look(two), str(two)), ("/scratch/new",)))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("one", "two"):
        (tmp_path / name / "d").mkdir(parents=True)
        (tmp_path / name / "d" / "file").write_text("content")
        (tmp_path / name / "link").symlink_to("d/file")
    return tmp_path / "one", tmp_path / "two"


def rows(pair: tuple[Path, Path]) -> list[tuple[str, str]]:
    return [(row.path, row.kind.value) for row in differences(*pair)]


def test_the_same(pair: tuple[Path, Path]) -> None:
    assert rows(pair) == []


def test_added_and_removed_entries_of_every_type(pair: tuple[Path, Path]) -> None:
    one, two = pair
    (one / "gone").write_text("")
    (one / "gone-link").symlink_to("d")
    (two / "d" / "new").mkdir()
    assert rows(pair) == [("d/new", "added"), ("gone", "removed"), ("gone-link", "removed")]
    assert differences(*pair)[0].detail == "a folder that only the second build left"


def test_another_type(pair: tuple[Path, Path]) -> None:
    (pair[1] / "link").unlink()
    (pair[1] / "link").mkdir()
    (row,) = differences(*pair)
    assert (row.path, row.kind.value, row.detail) == ("link", "type", "a link, then a folder")


def test_modes_of_files_folders_and_the_artifact_itself(pair: tuple[Path, Path]) -> None:
    one, two = pair
    for folder, mode in ((one, 0o755), (two, 0o750)):
        os.chmod(folder, mode)
        os.chmod(folder / "d", mode)
        os.chmod(folder / "d" / "file", mode)
    assert rows(pair) == [(".", "mode"), ("d", "mode"), ("d/file", "mode")]
    assert not any(row.follows_umask for row in differences(*pair))


def test_mode_and_content_of_one_file(pair: tuple[Path, Path]) -> None:
    (pair[1] / "d" / "file").write_text("c0ntent")
    os.chmod(pair[1] / "d" / "file", 0o600)
    assert [(row.kind.value, row.offset) for row in differences(*pair)] == [("mode", None), ("content", 1)]


def test_texts_of_links(pair: tuple[Path, Path]) -> None:
    for folder, place in zip(pair, ("/scratch/old/x", "/scratch/new/x"), strict=True):
        (folder / "absolute").symlink_to(place)
    (pair[1] / "link").unlink()
    (pair[1] / "link").symlink_to("d/other")
    assert rows(pair) == [("absolute", "path"), ("link", "content")]
    assert differences(*pair)[0].detail == "of a link: /scratch/old/x, then /scratch/new/x"


def test_a_recorded_file_that_is_no_longer_the_same_is_told(pair: tuple[Path, Path]) -> None:
    one, two = pair
    recorded = look(one)
    for folder in pair:
        (folder / "d" / "file").write_text("edited")
    (row,) = compare(Side(recorded, str(one)), Side(look(two), str(two)), ())
    assert row.detail == "what lies there is no longer what was recorded"


@pytest.mark.parametrize(
    ("first", "second", "follows"),
    [
        (0o644, 0o600, True),
        (0o755, 0o700, True),
        (0o600, 0o600, False),
        (0o644, 0o640, False),
        (0o600, 0o644, False),
        (0o4755, 0o4700, True),
    ],
)
def test_modes_that_follow_the_umask(first: int, second: int, follows: bool) -> None:
    assert follows_umask(first, second) is follows
