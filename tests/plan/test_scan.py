from __future__ import annotations

import os
from pathlib import Path

import pytest

from cache import snapshot
from cache.snapshot import Snapshot
from cache.walk import UnreadableEntry
from engine.plan.manifest import ABSENT
from engine.plan.scan import BadPattern, Scanner
from engine.plan.trace import Trace, load

HOUR_NS = 3600 * 10**9


def fill(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return root


def scanner(root: Path, trace: Trace | None = None, *own: str, later_ns: int = 0) -> Scanner:
    """`later_ns` moves the build's clock, so that what was written just now is old to it."""
    clock_ns = snapshot.filesystem_clock_ns(str(root)) + later_ns
    return Scanner(trace if trace is not None else Trace(), clock_ns, own)


def files(found: Snapshot | None) -> tuple[str, ...]:
    assert found is not None
    return found.files


def tree(root: Path, *ignore: str, own: tuple[str, ...] = ()) -> tuple[str, ...]:
    return files(scanner(root, None, *own).tree(str(root), ignore))


def inputs(base: Path, pattern: str) -> tuple[str, tuple[str, ...]]:
    root, found = scanner(base).inputs(str(base), pattern)
    return os.path.relpath(root, base), files(found)


def test_what_sam_leaves_out_is_left_out_at_every_level(tmp_path: Path) -> None:
    fill(tmp_path, "a", ".git/x", ".aws-sam/x", "d/.git", "d/.aws-sam/build/x", ".github/y", "node_modules/z")
    assert tree(tmp_path) == (".github/y", "a", "node_modules/z")


def test_the_engines_own_folders_are_left_out(tmp_path: Path) -> None:
    fill(tmp_path / "real", "a", "out/x", "outer/y")
    (tmp_path / "link").symlink_to("real")
    assert tree(tmp_path / "real", own=(f"{tmp_path}/real/out", "/elsewhere")) == ("a", "outer/y")
    assert tree(tmp_path / "link", own=(f"{tmp_path}/real/out",)) == ("a", "outer/y")
    assert tree(tmp_path / "real", own=(f"{tmp_path}/link/out",)) == ("a", "outer/y")


def test_declared_patterns_and_those_of_the_file_are_both_ignored(tmp_path: Path) -> None:
    fill(tmp_path, "a.md", "b.py", "target/x", "sub/target/y", "sub/c.md", "sub/keep.md")
    (tmp_path / ".samignore").write_bytes(b"\xef\xbb\xbf# comment\r\ntarget/\r\n\r\n*.md\n!keep.md\n")
    assert tree(tmp_path) == (".samignore", "b.py", "sub/keep.md")
    assert tree(tmp_path, "/b.py", ".samignore") == ("sub/keep.md",)


def test_an_ignored_folder_is_not_looked_into(tmp_path: Path) -> None:
    fill(tmp_path, "a", "bad/x")
    os.mkfifo(tmp_path / "bad" / "fifo")
    with pytest.raises(UnreadableEntry, match="fifo: is a FIFO"):
        tree(tmp_path)
    assert tree(tmp_path, "bad") == ("a",)


@pytest.mark.parametrize("pattern", ["!", "\\", "a\\", "[z-a]"])
def test_a_pattern_that_means_nothing_is_told(tmp_path: Path, pattern: str) -> None:
    fill(tmp_path, "a")
    with pytest.raises(BadPattern) as caught:
        tree(tmp_path, "fine", pattern)
    assert (caught.value.pattern, caught.value.where) == (pattern, None)
    (tmp_path / ".samignore").write_text(f"\n{pattern}\n")
    with pytest.raises(BadPattern) as caught:
        tree(tmp_path)
    assert (caught.value.pattern, caught.value.where) == (pattern, f"{tmp_path}/.samignore:2")


@pytest.mark.parametrize("pattern", ["[[:alpha:]]", "/", "//", "[", "***", " "])
def test_odd_patterns_are_no_error(tmp_path: Path, pattern: str) -> None:
    assert tree(fill(tmp_path, "file"), pattern) in ((), ("file",))


def test_a_samignore_that_is_a_fifo_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".samignore")
    with pytest.raises(UnreadableEntry, match="is a FIFO"):
        tree(tmp_path)


def test_no_directory_is_no_tree(tmp_path: Path) -> None:
    fill(tmp_path, "file")
    assert scanner(tmp_path).tree(f"{tmp_path}/nothing") is None
    assert scanner(tmp_path).tree(f"{tmp_path}/file") is None


def test_a_tree_and_an_input_of_the_same_words_are_different(tmp_path: Path) -> None:
    fill(tmp_path, "a.md", "b.py")
    (tmp_path / ".samignore").write_text("\n*.md")
    looking = scanner(tmp_path)
    assert files(looking.inputs(str(tmp_path), "*.md")[1]) == ("a.md",)
    assert files(looking.tree(str(tmp_path))) == (".samignore", "b.py")


@pytest.mark.parametrize(
    ("pattern", "root", "expected"),
    [
        ("shared/*.py", "shared", ("a.py",)),
        ("shared/**/*.py", "shared", ("a.py", "deep/b.py", "deep/er/c.py")),
        ("shared", "shared", ("a.py", "deep/b.py", "deep/er/c.py", "n.txt")),
        ("./shared//deep/", "shared/deep", ("b.py", "er/c.py")),
        ("shared/a.py", "shared", ("a.py",)),
        ("shared/d*", "shared", ("deep/b.py", "deep/er/c.py")),
        ("*/deep/*.py", ".", ("shared/deep/b.py",)),
        ("shared/none.py", "shared", ()),
        ("other/../shared/[an].*", "shared", ("a.py", "n.txt")),
    ],
)
def test_input_globs(tmp_path: Path, pattern: str, root: str, expected: tuple[str, ...]) -> None:
    fill(tmp_path, "shared/a.py", "shared/deep/b.py", "shared/deep/er/c.py", "shared/n.txt", "x.py", ".git/y")
    assert inputs(tmp_path, pattern) == (root, expected)


def test_an_input_outside_of_the_base(tmp_path: Path) -> None:
    fill(tmp_path, "app/x", "shared/a.py")
    assert inputs(tmp_path / "app", "../shared/*.py") == ("../shared", ("a.py",))
    assert inputs(tmp_path / "app", f"{tmp_path}/shared/a.*") == ("../shared", ("a.py",))


def test_an_input_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert scanner(tmp_path).inputs(str(tmp_path), "a/b/*.py") == (f"{tmp_path}/a/b", None)
    assert scanner(tmp_path).inputs(str(tmp_path), "a/b") == (f"{tmp_path}/a", None)


@pytest.mark.parametrize("pattern", ["**/*.txt", "**/c", "shared/**/*.txt", "sha*/**/b.txt", "**/in\nside/*"])
def test_a_line_break_in_a_name_is_a_character_like_any_other(tmp_path: Path, pattern: str) -> None:
    fill(tmp_path, "shared/in\nside/b.txt", "shared/in\nside/c")
    found = files(scanner(tmp_path).inputs(str(tmp_path), pattern)[1])
    assert any("in\nside" in path for path in found)


def test_a_line_break_in_a_name_does_not_hide_from_ignore_patterns(tmp_path: Path) -> None:
    fill(tmp_path, "in\nside/b.pyc", "in\nside/b.py")
    assert tree(tmp_path, "**/*.pyc") == ("in\nside/b.py",)


def test_what_counts_in_a_tree_is_said_also_of_what_is_not_there(tmp_path: Path) -> None:
    fill(tmp_path, "a.py")
    counts = scanner(tmp_path).counts_in_tree(str(tmp_path), ("*.md",))
    assert [counts(name, False) for name in ("a.py", "new.py", "new.md", ".git")] == [True, True, False, False]


@pytest.mark.parametrize(
    ("pattern", "root", "counted", "grows"),
    [
        ("shared/*.py", "shared", {"a.py": True, "new.py": True, "new.txt": False, "sub/new.py": False}, True),
        ("shared", "shared", {"a.py": True, "sub/new.txt": True}, True),
        ("shared/new.py", "shared", {"new.py": True, "a.py": False}, False),
    ],
)
def test_what_counts_in_an_input_is_said_also_of_what_is_not_there(
    tmp_path: Path, pattern: str, root: str, counted: dict[str, bool], grows: bool
) -> None:
    fill(tmp_path, "shared/a.py")
    found, counts, can_grow = scanner(tmp_path).counts_in_input(str(tmp_path), pattern)
    assert (found, can_grow) == (str(tmp_path / root), grows)
    assert {name: counts(name, False) for name in counted} == counted


def test_what_is_wrong_beside_an_input_does_not_matter(tmp_path: Path) -> None:
    fill(tmp_path, "config.json", "deep/ok.py")
    (tmp_path / "deep" / "loop").symlink_to(".")
    os.mkfifo(tmp_path / "fifo")
    assert inputs(tmp_path, "config.json") == (".", ("config.json",))
    with pytest.raises(UnreadableEntry, match="loops"):
        inputs(tmp_path, "**/*.py")


def test_a_tree_is_looked_at_once_in_a_build(tmp_path: Path) -> None:
    fill(tmp_path, "a")
    looking = scanner(tmp_path)
    assert files(looking.tree(str(tmp_path))) == ("a",)
    fill(tmp_path, "b")
    assert files(looking.tree(str(tmp_path))) == ("a",)
    assert files(scanner(tmp_path).tree(str(tmp_path))) == ("a", "b")


def test_an_unchanged_tree_leaves_the_trace_alone(tmp_path: Path) -> None:
    fill(tmp_path / "src", "a", "d/b")
    trace = Trace()
    scanner(tmp_path, trace, later_ns=HOUR_NS).tree(f"{tmp_path}/src")
    trace.save(str(tmp_path))
    again = load(str(tmp_path))
    assert files(scanner(tmp_path, again, later_ns=HOUR_NS).tree(f"{tmp_path}/src")) == ("a", "d/b")
    assert not again.changed


def test_a_file_is_read_again_when_its_stat_changed(tmp_path: Path) -> None:
    path = fill(tmp_path, "a") / "a"
    trace = Trace()
    first = scanner(tmp_path, trace, later_ns=HOUR_NS).file(str(path))
    path.write_text("b")
    os.utime(path, ns=(0, 0))
    assert scanner(tmp_path, trace, later_ns=HOUR_NS).file(str(path)) != first


def test_a_file_of_the_same_tick_is_not_trusted(tmp_path: Path) -> None:
    path = fill(tmp_path, "a") / "a"
    trace = Trace()
    first = scanner(tmp_path, trace).file(str(path))
    known, _ = trace.files[str(path)]
    assert known[1] == snapshot.UNTRUSTED_NS
    path.write_text("b")
    assert scanner(tmp_path, trace).file(str(path)) != first


@pytest.mark.parametrize("kind", ["missing", "directory", "fifo", "below a file"])
def test_what_is_no_file_is_absent(tmp_path: Path, kind: str) -> None:
    path = fill(tmp_path, "file") / "thing"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "below a file":
        path = tmp_path / "file" / "thing"
    assert scanner(tmp_path).file(str(path)) == ABSENT


def test_a_pattern_that_would_be_tried_for_ever_is_told(tmp_path: Path) -> None:
    fill(tmp_path, "a" * 200)
    (tmp_path / ".samignore").write_text("x\n" + "*a" * 30 + "\n")
    with pytest.raises(BadPattern, match="more than 4 stars") as caught:
        tree(tmp_path)
    assert caught.value.where == f"{tmp_path}/.samignore:2"
    (tmp_path / ".samignore").write_text("*" * 60 + "b\n" + "**/" * 60 + "c\n")
    assert "a" * 200 in tree(tmp_path)


def test_a_samignore_without_end_is_told(tmp_path: Path) -> None:
    (tmp_path / ".samignore").write_bytes(b"x\n" * 40_000)
    with pytest.raises(UnreadableEntry, match="larger than 64 KiB"):
        tree(tmp_path)
