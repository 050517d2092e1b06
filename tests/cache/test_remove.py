"""Removing trees: closed directories too, and never what a link points at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cache.remove import remove_tree
from tests.cache.samples import write_artifact, write_file


def test_a_tree_goes_with_everything_in_it(tmp_path: Path) -> None:
    write_artifact(tmp_path / "tree")
    remove_tree(str(tmp_path / "tree"))
    assert os.listdir(tmp_path) == []


def test_directories_that_are_closed_to_their_owner_go(bound_dir: Path) -> None:
    write_file(bound_dir / "tree" / "a" / "b" / "f", b"x")
    for name, mode in (("tree/a/b", 0o000), ("tree/a", 0o555), ("tree", 0o100)):
        (bound_dir / name).chmod(mode)
    remove_tree(str(bound_dir / "tree"))
    assert os.listdir(bound_dir) == []


def test_what_links_point_at_stays(tmp_path: Path) -> None:
    write_file(tmp_path / "kept" / "f", b"x")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "inner").symlink_to(tmp_path / "kept")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    remove_tree(str(tmp_path / "tree"))
    remove_tree(str(tmp_path / "link"))
    assert os.listdir(tmp_path) == ["kept"]
    assert os.listdir(tmp_path / "kept") == ["f"]


def test_a_file_goes_and_nothing_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    remove_tree(str(tmp_path / "file"))
    remove_tree(str(tmp_path / "file"))
    assert os.listdir(tmp_path) == []


def test_what_cannot_be_removed_is_told(bound_dir: Path) -> None:
    write_file(bound_dir / "closed" / "file", b"")
    (bound_dir / "closed").chmod(0o555)
    with pytest.raises(OSError, match="file"):
        remove_tree(str(bound_dir / "closed" / "file"))
