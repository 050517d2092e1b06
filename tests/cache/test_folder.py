"""A store's folder: marked, refused where it is another's, never a half-written file in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cache.errors import StoreUnavailable
from cache.folder import TAG_FILE, TAG_TEXT, TOUCH_INTERVAL_S, VERSION_FILE, VERSION_TEXT, Folder, is_store


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(str(tmp_path / "a" / "store"))


def test_nothing_is_made_before_the_first_write(folder: Folder) -> None:
    folder.check_version()
    assert not os.path.lexists(folder.root)
    assert not is_store(folder.root)


def test_the_first_write_makes_and_marks_the_folder(folder: Folder) -> None:
    folder.write(f"{folder.root}/cas/ab/x", b"data", 0o444)
    assert is_store(folder.root)
    assert Path(folder.root, VERSION_FILE).read_bytes() == VERSION_TEXT
    assert Path(folder.root, TAG_FILE).read_bytes() == TAG_TEXT
    assert Path(folder.root, "cas/ab/x").read_bytes() == b"data"
    assert Path(folder.root, "cas/ab/x").stat().st_mode & 0o777 == 0o444
    assert os.listdir(f"{folder.root}/tmp") == []


def test_what_is_published_is_charged_by_whole_blocks(folder: Folder) -> None:
    folder.write(f"{folder.root}/x", b"1", 0o444)
    folder.write(f"{folder.root}/y", b"2" * 4097, 0o444)
    assert folder.added_bytes == 4096 + 8192


@pytest.mark.parametrize("text", [b"", b"sam-build-engine store 2\n", VERSION_TEXT + b"more"])
def test_a_store_of_another_version_is_refused(folder: Folder, text: bytes) -> None:
    os.makedirs(folder.root)
    Path(folder.root, VERSION_FILE).write_bytes(text)
    assert not is_store(folder.root)
    with pytest.raises(StoreUnavailable, match="another version"):
        folder.check_version()
    with pytest.raises(StoreUnavailable, match="another version"):
        folder.write(f"{folder.root}/x", b"1", 0o444)


def test_a_folder_that_is_cleared_meanwhile_is_made_again(folder: Folder) -> None:
    folder.write(f"{folder.root}/x", b"1", 0o444)
    os.rename(folder.root, f"{folder.root}-moved")
    folder.write(f"{folder.root}/y", b"2", 0o444)
    assert is_store(folder.root)


def test_a_file_in_the_folders_place_makes_the_store_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for root in (tmp_path / "file", tmp_path / "file" / "store"):
        with pytest.raises(StoreUnavailable, match="file"):
            Folder(str(root)).write(str(root / "x"), b"1", 0o444)


def test_a_folder_without_write_permission_makes_the_store_unavailable(bound_dir: Path) -> None:
    folder = Folder(str(bound_dir / "store"))
    bound_dir.chmod(0o555)
    with pytest.raises(StoreUnavailable, match="Permission denied"):
        folder.write(f"{folder.root}/x", b"1", 0o444)


_WRITE_BEYOND_THE_LIMIT = """
import os, resource, sys
from cache.errors import StoreUnavailable
from cache.folder import Folder
folder = Folder(sys.argv[1])
folder.prepare()
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    folder.write(f"{folder.root}/x", b"1" * 2000, 0o444)
except StoreUnavailable as error:
    print(os.listdir(f"{folder.root}/tmp"), os.path.exists(f"{folder.root}/x"))
"""


def test_a_write_that_the_disk_refuses_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WRITE_BEYOND_THE_LIMIT, str(tmp_path / "store")],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout == "[] False\n"


def test_a_use_is_noted_when_the_last_one_is_old(folder: Folder) -> None:
    path = f"{folder.root}/x"
    folder.write(path, b"1", 0o444)
    recent = os.stat(path).st_mtime - TOUCH_INTERVAL_S / 2
    os.utime(path, (recent, recent))
    assert folder.touch(path, recent)
    assert os.stat(path).st_mtime == pytest.approx(recent)
    old = recent - TOUCH_INTERVAL_S
    os.utime(path, (old, old))
    assert folder.touch(path, old)
    assert os.stat(path).st_mtime > recent


def test_a_use_of_a_file_that_is_gone_is_told(folder: Folder) -> None:
    assert not folder.touch(f"{folder.root}/none", 0.0)
