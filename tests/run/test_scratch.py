from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cache import snapshot, walk
from cache.snapshot import Snapshot
from engine.errors import EnvironmentFault
from engine.make.invocation import find_make
from engine.run.scratch import Scratch, copy_tree

Entry = tuple[str, int, int, bytes]


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return Scratch(str(tmp_path / "project" / ".aws-sam" / "engine"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A tree with what copies get wrong: links, modes, times, empty folders and files, names that are no text."""
    root = tmp_path / "source"
    (root / "d" / "empty").mkdir(parents=True)
    (root / "d" / "run").write_text("#!/bin/sh\n")
    (root / "d" / "run").chmod(0o775)
    (root / "big").write_bytes(os.urandom(2**20 + 17))
    (root / "even").write_bytes(bytes(2**20))
    (root / "nothing").touch()
    (root / "secret").write_text("x")
    (root / "secret").chmod(0o400)
    (root / "file-link").symlink_to("d/run")
    (root / "folder-link").symlink_to("d")
    with open(os.fsencode(root) + b"/\xff\n" + b"n" * 250, "wb") as file:
        file.write(b"odd")
    for path in root.rglob("*"):
        os.utime(path, ns=(1_000_000_001, 1_234_567_890_123_456_789), follow_symlinks=False)
    (root / "d" / "empty").chmod(0o555)
    return root


def look(root: Path) -> Snapshot:
    return walk.take(str(root), clock_ns=snapshot.filesystem_clock_ns(str(root)), follow=True)


def entries(root: str) -> list[Entry]:
    """(path, mode, mtime of a file, bytes) of everything in a tree, links as they are."""
    found: list[Entry] = []
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            is_file = stat.S_ISREG(status.st_mode)
            content = Path(path).read_bytes() if is_file else b""
            found.append((os.path.relpath(path, root), status.st_mode, status.st_mtime_ns if is_file else 0, content))
    return sorted(found)


def test_a_copy_is_what_sam_makes_but_for_group_and_others_write_permission(
    scratch: Scratch, source: Path, tmp_path: Path
) -> None:
    copy, faithful = scratch.copy("Fn", str(source), look(source))
    shutil.copytree(source, tmp_path / "sam", symlinks=False)
    expected = [(path, mode & ~0o022, *rest) for path, mode, *rest in entries(str(tmp_path / "sam"))]
    assert faithful
    assert entries(copy) == sorted(expected)


def test_times_of_folders_are_kept(scratch: Scratch, source: Path) -> None:
    copy, _ = scratch.copy("Fn", str(source), look(source))
    for name in ("d", "d/empty", "folder-link"):
        assert os.stat(f"{copy}/{name}").st_mtime_ns == os.stat(source / name).st_mtime_ns


def test_only_what_was_scanned_is_copied(scratch: Scratch, source: Path) -> None:
    listed = look(source)
    (source / "later").touch()
    copy, faithful = scratch.copy("Fn", str(source), listed)
    assert faithful
    assert not os.path.exists(f"{copy}/later")


def test_modes_do_not_depend_on_the_umask(scratch: Scratch, source: Path) -> None:
    expected = entries(scratch.copy("Fn", str(source), look(source))[0])
    old = os.umask(0o077)
    try:
        assert entries(scratch.copy("Fn", str(source), look(source))[0]) == expected
    finally:
        os.umask(old)


def rewrite_same_size_and_times(root: Path) -> None:
    path = root / "d" / "run"
    status = path.stat()
    path.write_text("#!/bin/zz\n"[: status.st_size])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def replace_by(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def replace(root: Path) -> None:
        (root / "big").unlink()
        make(root / "big")

    return replace


def remove_folder(root: Path) -> None:
    shutil.rmtree(root / "d")


def folder_becomes_file(root: Path) -> None:
    shutil.rmtree(root / "d")
    (root / "d").touch()


EDITS: dict[str, Callable[[Path], object]] = {
    "same size and times": rewrite_same_size_and_times,
    "last byte of a big file": lambda root: (root / "even").write_bytes(bytes(2**20 - 1) + b"x"),
    "grown": lambda root: (root / "nothing").write_text("x"),
    "grown big file": lambda root: (root / "even").write_bytes(bytes(2**20 + 1)),
    "shrunk": lambda root: (root / "even").write_bytes(bytes(2**20 - 1)),
    "mode": lambda root: (root / "d" / "run").chmod(0o644),
    "mode of a folder": lambda root: (root / "d").chmod(0o700),
    "removed": lambda root: (root / "big").unlink(),
    "removed empty folder": lambda root: (root / "d" / "empty").rmdir(),
    "removed folder": remove_folder,
    "folder becomes file": folder_becomes_file,
    "file becomes folder": replace_by(lambda path: path.mkdir()),
    "file becomes FIFO": replace_by(os.mkfifo),
    "file becomes a dangling link": replace_by(lambda path: path.symlink_to("nowhere")),
    "file becomes a looping link": replace_by(lambda path: path.symlink_to("big")),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_between_scan_and_copy_is_noticed(scratch: Scratch, source: Path, name: str) -> None:
    listed = look(source)
    EDITS[name](source)
    assert not scratch.copy("Fn", str(source), listed)[1]


def test_touching_between_scan_and_copy_is_no_edit(scratch: Scratch, source: Path) -> None:
    listed = look(source)
    os.utime(source / "big")
    (source / "big").chmod(0o664)
    assert scratch.copy("Fn", str(source), listed)[1]


def test_writes_to_the_copy_never_reach_the_source(scratch: Scratch, source: Path) -> None:
    before = entries(str(source))
    copy, _ = scratch.copy("Fn", str(source), look(source))
    Path(copy, "folder-link", "run").write_text("written")
    Path(copy, "file-link").write_text("written")
    assert entries(str(source)) == before


def test_what_lies_beside_goes_with_the_copy(scratch: Scratch, source: Path) -> None:
    scratch.copy("Fn", str(source), None)
    for _ in range(2):
        beside = Path(scratch.beside("Fn"))
        assert list(beside.iterdir()) == []
        (beside / "kept").touch()
    scratch.remove("Fn")
    scratch.remove("Fn")
    assert os.listdir(scratch.root) == []


def test_a_missing_source_is_an_empty_scratch(scratch: Scratch) -> None:
    copy, faithful = scratch.copy("Fn", "/nonexistent", None)
    assert faithful
    assert os.listdir(copy) == []


def test_an_old_scratch_gives_way(scratch: Scratch, source: Path) -> None:
    listed = look(source)
    copy, _ = scratch.copy("Fn", str(source), listed)
    Path(copy, "old").touch()
    again, _ = scratch.copy("Fn", str(source), listed)
    assert again == copy
    assert not os.path.exists(f"{again}/old")
    scratch.remove("Fn")
    assert os.listdir(scratch.root) == []


def test_a_scratch_that_cannot_be_removed_is_put_aside(bound_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bound_dir / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(bound_dir / "tmp"))
    scratch = Scratch(str(bound_dir))
    copy, _ = scratch.copy("Fn", "/nonexistent", None)
    (Path(copy) / "theirs").mkdir()
    (Path(copy) / "theirs" / "file").touch()
    give_to_root(Path(copy) / "theirs")
    again, _ = scratch.copy("Fn", "/nonexistent", None)
    assert os.listdir(again) == []
    scratch.clear()
    assert not os.path.exists(again)


def give_to_root(path: Path) -> None:
    """What containers do; done where the tests run as root."""
    user = os.geteuid()
    if os.getuid() == 0:
        os.seteuid(0)
        os.chown(path, 0, 0)
        os.seteuid(user)


def test_every_target_has_a_path_of_its_own_that_stays(scratch: Scratch, tmp_path: Path) -> None:
    names = ["Fn", "Child/Fn", "Child-Fn", "Child.Fn", "x" * 255, "x" * 254, "S" * 200 + "/" + "F" * 255, "é", "-", "%"]
    paths = [scratch.path_of(name) for name in names]
    assert len({path.lower() for path in paths}) == len(names)
    assert [Scratch(str(tmp_path / "project" / ".aws-sam" / "engine")).path_of(name) for name in names] == paths
    assert Scratch(str(tmp_path / "other")).path_of("Fn") != paths[0]
    for name in names:
        assert os.path.isdir(scratch.copy(name, "/nonexistent", None)[0])


def test_pattern_rules_on_the_current_directory_work_in_nested_stacks(scratch: Scratch, source: Path) -> None:
    (source / "Makefile").write_text("all: $(CURDIR)/a.out\n$(CURDIR)/%.out: $(CURDIR)/%.in\n\tcp $< $@\n")
    (source / "a.in").touch()
    copy, _ = scratch.copy("Child/Weird Stack $x/Fn", str(source), look(source))
    subprocess.run([find_make(dict(os.environ)), "all"], cwd=copy, check=True, capture_output=True)
    assert os.path.exists(f"{copy}/a.out")


def test_it_lies_outside_of_the_project_and_is_private(scratch: Scratch, tmp_path: Path) -> None:
    parent = os.path.dirname(scratch.root)
    assert os.path.dirname(parent) == str(tmp_path / "tmp")
    assert os.stat(parent).st_mode & 0o777 == 0o700


@pytest.mark.parametrize("trap", ["link", "open", "file"])
def test_a_folder_that_somebody_else_prepared_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trap: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    parent = tmp_path / f"engine-{os.geteuid()}"
    if trap == "link":
        (tmp_path / "theirs").mkdir()
        parent.symlink_to("theirs")
    elif trap == "open":
        parent.mkdir()
        parent.chmod(0o777)
    else:
        parent.touch()
    with pytest.raises(EnvironmentFault, match="no folder for scratch copies") as caught:
        Scratch(str(tmp_path / "state"))
    assert caught.value.rows == (("folder", str(parent)),)


def test_a_destination_that_is_not_empty_is_an_error(tmp_path: Path, source: Path) -> None:
    with pytest.raises(OSError, match="exists"):
        copy_tree(str(source), str(source), look(source))
