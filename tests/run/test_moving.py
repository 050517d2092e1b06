from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.run.moving import move_tree


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system where the machine has one in memory, as Linux does."""
    memory = "/dev/shm"
    folder = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else tmp_path))
    yield folder
    shutil.rmtree(folder)


def fill(root: Path) -> Path:
    (root / "d" / "empty").mkdir(parents=True)
    (root / "d" / "run").write_text("1")
    (root / "d" / "run").chmod(0o755)
    (root / "link").symlink_to("nowhere")
    os.utime(root / "d" / "run", ns=(1, 2))
    root.chmod(0o750)
    return root


def listing(root: Path) -> list[tuple[str, int, str]]:
    """(path, mode, text of a link) of everything in a tree."""
    paths = [root, *sorted(root.rglob("*"))]
    return [
        (str(path.relative_to(root)), path.lstat().st_mode, os.readlink(path) if path.is_symlink() else "")
        for path in paths
    ]


@pytest.mark.parametrize("growing", [False, True])
def test_a_tree_arrives_as_it_was(tmp_path: Path, elsewhere: Path, growing: bool) -> None:
    expected = listing(fill(tmp_path / "source"))
    move_tree(str(tmp_path / "source"), str(tmp_path / "here"))
    assert listing(tmp_path / "here") == expected
    (elsewhere / "growing").mkdir()
    move_tree(str(tmp_path / "here"), str(elsewhere / "there"), growing=f"{elsewhere}/growing" if growing else None)
    assert listing(elsewhere / "there") == expected
    assert (elsewhere / "there" / "d" / "run").stat().st_mtime_ns == 2
    assert os.listdir(tmp_path) == []


def test_links_and_files_move_too(tmp_path: Path, elsewhere: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "file").write_text("1")
    for name in ("link", "file"):
        move_tree(str(tmp_path / name), str(elsewhere / name))
    assert os.readlink(elsewhere / "link") == "nowhere"
    assert (elsewhere / "file").read_text() == "1"
    assert os.listdir(tmp_path) == []


def test_a_closed_folder_moves_and_stays_closed(bound_dir: Path) -> None:
    for name in ("from", "to"):
        (bound_dir / name).mkdir()
    (bound_dir / "from" / "x").mkdir(mode=0o555)
    move_tree(str(bound_dir / "from" / "x"), str(bound_dir / "to" / "x"))
    assert (bound_dir / "to" / "x").stat().st_mode & 0o777 == 0o555


def test_what_is_in_a_closed_folder_cannot_move(bound_dir: Path) -> None:
    (bound_dir / "from" / "x").mkdir(parents=True)
    (bound_dir / "from").chmod(0o555)
    with pytest.raises(PermissionError):
        move_tree(str(bound_dir / "from" / "x"), str(bound_dir / "x"))
    assert (bound_dir / "from" / "x").is_dir()


def test_nothing_to_move_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        move_tree(str(tmp_path / "nothing"), str(tmp_path / "x"))
