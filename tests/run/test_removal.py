from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from engine.run.removal import remove_tree


def test_files_links_and_folders_go(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    root = tmp_path / "root"
    (root / "d" / "e").mkdir(parents=True)
    (root / "d" / "link").symlink_to(kept)
    (root / "dangling").symlink_to("nowhere")
    os.mkfifo(root / "fifo")
    with open(os.fsencode(root) + b"/\xff\n", "wb"):
        remove_tree(str(root))
    assert os.listdir(tmp_path) == ["kept"]
    assert (kept / "file").exists()


def test_a_link_or_file_alone(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "link").symlink_to("d")
    (tmp_path / "file").touch()
    remove_tree(str(tmp_path / "link"))
    remove_tree(str(tmp_path / "file"))
    assert os.listdir(tmp_path) == ["d"]


def test_nothing_is_no_error(tmp_path: Path) -> None:
    remove_tree(str(tmp_path / "nothing"))


@pytest.mark.parametrize("mode", [0, 0o111, 0o444, 0o555])
def test_closed_folders(bound_dir: Path, mode: int) -> None:
    inner = bound_dir / "root" / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "file").touch()
    for folder in (inner, inner.parent, inner.parent.parent):
        folder.chmod(mode)
    remove_tree(str(bound_dir / "root"))
    assert os.listdir(bound_dir) == []


@pytest.mark.parametrize(("name", "depth"), [("d", 1500), ("n" * 255, 40)])
def test_trees_deeper_than_a_path_can_be(tmp_path: Path, name: str, depth: int) -> None:
    root = tmp_path / "root"
    root.mkdir()
    with contextlib.chdir(root):
        for level in range(depth):
            os.mkdir(name)
            os.chdir(name)
            if level % 10 == 0:
                Path("file").touch()
    remove_tree(str(root))
    assert os.listdir(tmp_path) == []


def test_closed_folders_deep_down(bound_dir: Path) -> None:
    (bound_dir / "root").mkdir()
    with contextlib.chdir(bound_dir / "root"):
        for _ in range(30):
            os.mkdir("n" * 200)
            os.chmod(".", 0o555)
            os.chdir("n" * 200)
    remove_tree(str(bound_dir / "root"))
    assert os.listdir(bound_dir) == []


def test_what_cannot_be_removed_is_an_error(bound_dir: Path) -> None:
    bound_dir.joinpath("root").mkdir()
    (bound_dir / "root" / "file").touch()
    bound_dir.chmod(0o555)
    with pytest.raises(PermissionError):
        remove_tree(str(bound_dir / "root"))
    assert os.listdir(bound_dir / "root") == []
