from __future__ import annotations

import contextlib
import os
import socket
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from cache import snapshot, walk
from cache.snapshot import Snapshot, assemble, trusted, unchanged
from cache.walk import UnreadableEntry, take

HOUR_NS = 3600 * 10**9
SECOND_NS = 10**9
ROOT = ("", (0, 0, 0, 0, 0o40755))


def now_ns(root: Path) -> int:
    return snapshot.filesystem_clock_ns(str(root))


def look(root: Path, later_ns: int = HOUR_NS, *, follow: bool = True, previous: Snapshot | None = None) -> Snapshot:
    """`later_ns` moves the clock, so that what was written just now is old."""
    return take(str(root), clock_ns=now_ns(root) + later_ns, follow=follow, previous=previous)


def tree(root: Path) -> Path:
    (root / "d" / "empty").mkdir(parents=True)
    (root / "a").write_text("1")
    (root / "d" / "b").write_text("2")
    (root / "d" / "kept").write_text("2")
    (root / "d" / "link").symlink_to("kept")
    return root


def test_what_a_tree_holds(tmp_path: Path) -> None:
    followed = look(tree(tmp_path))
    assert followed.directories == ("", "d", "d/empty")
    assert followed.files == ("a", "d/b", "d/kept", "d/link")
    assert followed.links == ()
    kept = look(tmp_path, follow=False)
    assert kept.files == ("a", "d/b", "d/kept")
    assert kept.links == (("d/link", "kept"),)


def test_rows_tell_stat_and_fingerprint(tmp_path: Path) -> None:
    row = next(look(tree(tmp_path)).rows())
    status = os.stat(tmp_path / "a")
    assert row.path == "a"
    assert row.stat == snapshot.key_of(status)
    assert row.fingerprint[:32].hex() == "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
    assert len(row.fingerprint) == snapshot.FINGERPRINT_BYTES


def test_an_unchanged_tree_is_known_by_its_stats(tmp_path: Path) -> None:
    for follow in (True, False):
        assert unchanged(str(tree(tmp_path / str(follow))), look(tmp_path / str(follow), follow=follow))


def replace(path: Path, *, text: str | None = None, link: str | None = None) -> None:
    path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    if link is not None:
        path.symlink_to(link)
    else:
        path.write_text(text or "")


def swap(root: Path) -> None:
    (root / "a").rename(root / "x")
    (root / "d" / "b").rename(root / "a")
    (root / "x").rename(root / "d" / "b")


CHANGES: dict[str, Callable[[Path], object]] = {
    "bytes": lambda root: (root / "a").write_text("3"),
    "mode": lambda root: (root / "a").chmod(0o755),
    "mode of a folder": lambda root: (root / "d").chmod(0o700),
    "added": lambda root: (root / "d" / "c").touch(),
    "added folder": lambda root: (root / "d" / "empty" / "x").mkdir(),
    "removed": lambda root: (root / "d" / "b").unlink(),
    "removed folder": lambda root: (root / "d" / "empty").rmdir(),
    "renamed": lambda root: (root / "d" / "b").rename(root / "d" / "c"),
    "swapped": swap,
    "folder becomes file": lambda root: replace(root / "d" / "empty"),
    "file becomes link": lambda root: replace(root / "a", link="d/b"),
    "link becomes file": lambda root: replace(root / "d" / "link", text="2"),
    "link points elsewhere": lambda root: replace(root / "d" / "link", link="../a"),
    "gone": lambda root: root.rename(root.parent / "away"),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("later_ns", [0, HOUR_NS])
@pytest.mark.parametrize("follow", [True, False])
def test_every_change_is_seen(tmp_path: Path, name: str, later_ns: int, follow: bool) -> None:
    root = tree(tmp_path / "tree")
    before = look(root, later_ns, follow=follow)
    CHANGES[name](root)
    assert not unchanged(str(root), before)
    if name == "gone":
        with pytest.raises(UnreadableEntry):
            look(root)
        return
    after = look(root, follow=follow, previous=before)
    assert after.digest == look(root, follow=follow).digest
    same_content = follow and name == "link becomes file"
    assert (after.digest == before.digest) == same_content


def test_times_do_not_count(tmp_path: Path) -> None:
    before = look(tree(tmp_path))
    os.utime(tmp_path / "a", ns=(0, 0))
    os.utime(tmp_path / "d", ns=(0, 0))
    assert not unchanged(str(tmp_path), before)
    assert look(tmp_path, previous=before).digest == before.digest


def test_the_group_and_others_write_bits_count_in_artifacts_alone(tmp_path: Path) -> None:
    before, kept = look(tree(tmp_path)), look(tmp_path, follow=False)
    (tmp_path / "a").chmod(0o666)
    (tmp_path / "d").chmod(0o777)
    assert look(tmp_path).digest == before.digest
    assert look(tmp_path, follow=False).digest != kept.digest


def test_names_of_every_kind(tmp_path: Path) -> None:
    names = [b"\xff\xfe", b"new\nline", b"n" * 255, b" ", b"back\\slash", b"f 644 1"]
    digests = {look(tmp_path).digest}
    for name in names:
        with open(os.fsencode(tmp_path) + b"/" + name, "wb"):
            digests.add(look(tmp_path).digest)
    assert len(digests) == len(names) + 1
    assert {os.fsencode(path) for path in look(tmp_path).files} == set(names)


def test_a_link_is_not_its_target_and_text_of_the_next(tmp_path: Path) -> None:
    one = assemble([ROOT], [], [("a", "b"), ("c", "d")], follow=False)
    other = assemble([ROOT], [], [("a", "b\nl c\nd")], follow=False)
    assert one.digest != other.digest


def test_a_write_in_the_tick_of_the_reading_is_noticed(tmp_path: Path) -> None:
    """The bytes change while size, mtime, inode and mode stay, and the ctime is the one that was recorded."""
    path = tmp_path / "a"
    path.write_text("old")
    status = os.stat(path)
    found = look(tmp_path, 0)
    path.write_text("new")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    same_tick = found._replace(file_stats=_with_ctime(found.file_stats, os.stat(path).st_ctime_ns))
    assert not unchanged(str(tmp_path), same_tick)
    assert look(tmp_path, previous=same_tick).digest != found.digest
    assert look(tmp_path, previous=same_tick).digest == look(tmp_path).digest


def _with_ctime(stats: bytes, ctime_ns: int) -> bytes:
    fields = array("q", stats)
    fields[2] = ctime_ns
    return fields.tobytes()


def test_an_mtime_just_before_1970_is_not_taken_for_the_mark(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    os.utime(path, ns=(0, -1))
    found = look(tmp_path, 0)
    assert os.stat(path).st_mtime_ns == -1
    assert not unchanged(str(tmp_path), found)


@pytest.mark.parametrize(
    ("mtime_ns", "ctime_ns", "age_ns", "is_trusted"),
    [
        (5, 5, 0, False),
        (5, 5, 19_000_000, False),
        (5, 5, 21_000_000, True),
        (5 + SECOND_NS, 5, 21_000_000, False),
        (5, 5 + SECOND_NS, 21_000_000, False),
        (2 * SECOND_NS, 2 * SECOND_NS, 1_900_000_000, False),
        (2 * SECOND_NS, 2 * SECOND_NS, 2_100_000_000, True),
        (5 - 10**18, 5, 21_000_000, True),
        (5 + HOUR_NS, 5, 21_000_000, False),
    ],
)
def test_the_racy_rule(mtime_ns: int, ctime_ns: int, age_ns: int, is_trusted: bool) -> None:
    """Ages count from 5 ns, or from 2 s where stamps are whole seconds; what lies in the future is never trusted."""
    start_ns = 5 if mtime_ns % SECOND_NS or ctime_ns % SECOND_NS else 2 * SECOND_NS
    status = (1, mtime_ns, ctime_ns, 7, 0o100644)
    kept = trusted(status, start_ns + age_ns)
    assert kept == (status if is_trusted else (1, snapshot.UNTRUSTED_NS, ctime_ns, 7, 0o100644))


@pytest.mark.parametrize(
    ("stamp_ns", "clock_ns", "expected"),
    [
        (5 * SECOND_NS + 1, 5 * SECOND_NS + 1, True),
        (5 * SECOND_NS + 1, 5 * SECOND_NS + 2, False),
        (6 * SECOND_NS, 5 * SECOND_NS, True),
        (5 * SECOND_NS, 7 * SECOND_NS, True),
        (5 * SECOND_NS, 7 * SECOND_NS + 1, False),
    ],
)
def test_a_stamp_stands_for_its_whole_tick(stamp_ns: int, clock_ns: int, expected: bool) -> None:
    assert snapshot.may_be_as_late(stamp_ns, clock_ns) is expected


def test_the_clock_is_that_of_the_file_system(tmp_path: Path) -> None:
    before = now_ns(tmp_path)
    (tmp_path / "a").touch()
    assert before <= os.stat(tmp_path / "a").st_mtime_ns <= now_ns(tmp_path)
    assert os.listdir(tmp_path) == ["a"]
    assert now_ns(tmp_path / "nowhere") > HOUR_NS


def test_known_files_are_not_read_again(tmp_path: Path) -> None:
    known = look(tree(tmp_path))
    forged = known._replace(fingerprints=b"f" * len(known.fingerprints))
    assert look(tmp_path, previous=forged).fingerprints == forged.fingerprints
    os.utime(tmp_path / "a", ns=(0, 0))
    assert next(look(tmp_path, previous=forged).rows()).fingerprint == next(known.rows()).fingerprint


def test_large_files_are_read_in_pieces(tmp_path: Path) -> None:
    for size in (2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20):
        (tmp_path / "a").write_bytes(b"x" * size)
        first = look(tmp_path)
        os.utime(tmp_path / "a", ns=(0, 0))
        assert look(tmp_path, previous=first).digest == first.digest
        (tmp_path / "a").write_bytes(b"x" * (size - 1) + b"y")
        assert look(tmp_path, previous=first).digest != first.digest


def test_inode_numbers_of_64_bits(tmp_path: Path) -> None:
    status = (1, 2, 3, 2**64 - 3, 0o100644)
    found = assemble([ROOT], [("a", status, b"f" * 48)], [], follow=True)
    assert [row.stat for row in found.rows()] == [status]


def listen(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (os.mkfifo, "is a FIFO"),
        (listen, "is a socket"),
        (lambda path: os.symlink("nowhere", path), "is a symbolic link that points to nothing"),
        (lambda path: os.symlink("bad", path), "is a symbolic link that loops"),
        (lambda path: os.symlink("/dev/null", path), "is a character device"),
        (lambda path: os.symlink("x" * 300, path), "has a path that is too long for this system"),
    ],
)
def test_what_cannot_be_copied_is_named(tmp_path: Path, make: Callable[[str], object], why: str) -> None:
    with contextlib.chdir(tmp_path):  # a socket's path must be short
        make("bad")
    with pytest.raises(UnreadableEntry, match=why) as caught:
        look(tmp_path)
    assert caught.value.path == f"{tmp_path}/bad"
    everything_else = take(
        str(tmp_path), clock_ns=0, follow=True, select=lambda path, is_directory: not path.startswith("bad")
    )
    assert everything_else.files == ()


def test_links_that_loop_through_folders(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "up").symlink_to("../../a")
    with pytest.raises(UnreadableEntry, match="b/up: is a symbolic link that loops"):
        look(tmp_path)
    assert look(tmp_path, follow=False).links == (("a/b/up", "../../a"),)


def test_a_folder_that_is_linked_twice_is_no_loop(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").touch()
    (tmp_path / "b").symlink_to("a")
    assert look(tmp_path).files == ("a/x", "b/x")


@pytest.mark.parametrize("name", ["d" * 250, "d"])
def test_a_tree_that_is_too_deep_is_no_smaller_tree(tmp_path: Path, name: str) -> None:
    with contextlib.chdir(tmp_path):
        for _ in range(250 if name == "d" else 20):
            os.mkdir(name)
            os.chdir(name)
    with pytest.raises(UnreadableEntry, match=r"has a path that is too long|lies too deep"):
        look(tmp_path)


@pytest.mark.parametrize("mode", [0o000, 0o444, 0o333])
def test_a_closed_folder_is_no_empty_folder(bound_dir: Path, mode: int) -> None:
    tree(bound_dir)
    (bound_dir / "d").chmod(mode)
    with pytest.raises(UnreadableEntry, match="cannot be read: permission denied"):
        look(bound_dir)


def test_an_unreadable_file_is_named(bound_dir: Path) -> None:
    (tree(bound_dir) / "a").chmod(0)
    with pytest.raises(UnreadableEntry, match="a: cannot be read: permission denied"):
        look(bound_dir)


@pytest.mark.parametrize("kind", ["fifo", "directory"])
def test_only_regular_files_are_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    os.mkfifo(path) if kind == "fifo" else path.mkdir()
    with pytest.raises(OSError, match="not a regular file"):
        walk.read_file(str(path), None)
