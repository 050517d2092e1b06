from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from engine.plan.action import Reading
from engine.plan.scan import Scanner
from engine.plan.trace import Trace
from engine.run.bubblewrap import Bubblewrap
from engine.run.exposure import expose
from engine.run.mounts import Kind, Mounts

_LARGE = 2 << 20


class Ground:
    """A hidden folder `in`, and what is shown of it."""

    def __init__(self, root: Path, bwrap: str) -> None:
        self.root = root
        self.mounts = Mounts()
        self._bwrap = bwrap
        self._scanner = Scanner(Trace(), 0, ())
        for name in ("in", "beside"):
            (root / name).mkdir()
        self.mounts.hide(str(root / "in"))

    def put(self, *names: str) -> None:
        for name in names:
            (self.root / "in" / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / "in" / name).write_text(name)

    def tree(self, name: str, *ignore: str) -> Reading:
        snapshot = self._scanner.tree(str(self.root / "in" / name), ignore)
        assert snapshot is not None
        return Reading(str(self.root / "in" / name), snapshot, ignore)

    def inputs(self, pattern: str) -> Reading:
        base = str(self.root / "in")
        folder, snapshot = self._scanner.inputs(base, pattern)
        assert snapshot is not None
        return Reading(folder, snapshot, declared=(base, pattern))

    def expose(self, *readings: Reading, worked_in: tuple[str, ...] = ()) -> None:
        folders = tuple(f"{self.root}/in/{name}" for name in worked_in)
        expose(self.mounts, readings, folders, str(self.root / "beside"))

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        argv = [self._bwrap, *self.mounts.arguments(), "--chdir", str(self.root / "in"), "/bin/sh", "-c", script]
        return subprocess.run(argv, capture_output=True, text=True, check=False)

    def readable(self) -> list[str]:
        """The files that can be read, by the paths that lead to them."""
        files = self.run("find -L . -type f | sort").stdout.split()
        return [name[2:] for name in files if self.run(f"cat {name}").returncode == 0]

    def copied(self) -> bool:
        return bool(os.listdir(self.root / "beside"))


@pytest.fixture
def ground(tmp_path: Path, bubblewrap: Bubblewrap) -> Ground:
    return Ground(tmp_path, bubblewrap.bwrap)


def test_a_folder_is_shown_where_it_lies_without_what_is_ignored(ground: Ground) -> None:
    ground.put("src/a", "src/b/c", "src/b/ignored", "src/target/d", "src/.git/HEAD", "other/e")
    ground.expose(ground.tree("src", "ignored", "target/"))
    assert ground.readable() == ["src/a", "src/b/c"]
    assert "Permission denied" in ground.run("cat src/b/ignored").stderr
    assert "Read-only file system" in ground.run("echo > src/a").stderr
    assert not ground.copied()


def test_where_much_is_ignored_a_copy_is_shown(ground: Ground) -> None:
    many = [f"src/{number}.md" for number in range(40)]
    ground.put("src/a", "src/b/c", "src/deep/er/d", *many)
    (ground.root / "in/src/large").write_bytes(b"x" * _LARGE)
    (ground.root / "in/src/a").chmod(0o755)
    os.utime(ground.root / "in/src/a", ns=(1, 1_000_000_000))
    (ground.root / "in/src/deep/er").chmod(0o555)
    ground.expose(ground.tree("src", "*.md"))
    assert ground.readable() == ["src/a", "src/b/c", "src/deep/er/d", "src/large"]
    assert ground.run("stat -c %a,%Y src/a; wc -c < src/large; ls src").stdout.split() == [
        "755,1", str(_LARGE), "a", "b", "deep", "large",
    ]  # fmt: skip
    assert "Read-only file system" in ground.run("echo > src/new").stderr
    assert stat.S_IMODE((ground.root / "in/src/deep/er").stat().st_mode) == 0o555


def test_a_few_declared_files_are_shown_one_by_one(ground: Ground) -> None:
    ground.put("shared/a.py", "shared/b.txt", "one", "two", *(f"shared/{number}" for number in range(50)))
    ground.expose(ground.inputs("shared/*.py"), ground.inputs("one"))
    assert ground.readable() == ["one", "shared/a.py"]
    assert not ground.copied()


def test_many_declared_files_are_shown_without_those_beside_them(ground: Ground) -> None:
    declared = sorted(f"shared/{number % 7}/{number}.py" for number in range(40))
    ground.put(*declared, "shared/1/notes", "shared/other/x")
    ground.expose(ground.inputs("shared/**/*.py"))
    assert ground.readable() == declared
    assert not ground.copied()


def test_declarations_in_one_another_add_up(ground: Ground) -> None:
    many = [f"src/{number}.md" for number in range(40)]
    more = sorted(f"src/lib/{number}.py" for number in range(20))
    ground.put("src/a", "src/lib/data", "src/lib/notes.md", *more, *many, "src/gen/ignored", "src/gen/api")
    ground.expose(ground.tree("src", "*.md", "gen/"), ground.inputs("src/lib/*.py"), ground.inputs("src/gen/api"))
    assert ground.readable() == sorted(["src/a", "src/lib/data", *more, "src/gen/api"])
    assert ground.copied()


def test_links_lead_where_they_led(ground: Ground) -> None:
    ground.put("shared/lib/a", "shared/one", "shared/secret", "src/own", "src/hidden/b")
    inside = ground.root / "in/src"
    (inside / "lib").symlink_to("../shared/lib")
    (inside / "one").symlink_to(ground.root / "in/shared/one")
    (inside / "same").symlink_to("own")
    (inside / "kept").symlink_to("hidden")
    (inside / "left").symlink_to("../shared/secret")
    ground.expose(ground.tree("src", "/hidden", "left"))
    seen = ["shared/lib/a", "shared/one", "src/hidden/b", "src/kept/b", "src/lib/a", "src/one", "src/own", "src/same"]
    assert ground.readable() == seen


def test_where_make_works_all_is_there_and_writable(ground: Ground) -> None:
    ground.put("work/a", "work/src/b", "shared/lib/c", "other", *(f"work/{number:02}.md" for number in range(40)))
    (ground.root / "in/work/lib").symlink_to("../shared/lib")
    ground.expose(ground.tree("work", "*.md"), ground.tree("work/src"), ground.inputs("work/a"), worked_in=("work",))
    assert (
        ground.run("for file in made a src/b 00.md; do echo new > work/$file; done; cat work/lib/c").stdout
        == "shared/lib/c"
    )
    assert {(ground.root / "in/work" / name).read_text() for name in ("made", "a", "src/b", "00.md")} == {"new\n"}
    assert "Read-only" in ground.run("echo > work/lib/c").stderr
    assert ground.run("ls").stdout == "shared\nwork\n"
    assert not ground.copied()


def test_where_make_works_below_what_it_reads(ground: Ground) -> None:
    ground.put("a.txt", "work/b.txt", "work/kept", "secret", *(f"sub/{number}.txt" for number in range(20)))
    ground.expose(ground.inputs("**/*.txt"), ground.tree("work", "kept"), worked_in=("work",))
    assert {"a.txt", "work/b.txt", "work/kept", "sub/7.txt"} <= set(ground.readable())
    assert "secret" not in ground.readable()
    assert ground.run("echo new > work/kept; echo new > a.txt").returncode != 0
    assert (ground.root / "in/work/kept").read_text() == "new\n"


def test_what_is_not_hidden_stays_whole(ground: Ground) -> None:
    (ground.root / "out").mkdir()
    for name in ("a.py", "notes"):
        (ground.root / "out" / name).write_text(name)
    readings = (ground.inputs("../out/*.py"), ground.inputs("../out"))
    ground.expose(*readings)
    assert ground.run("cat ../out/notes").stdout == "notes"


def test_a_file_that_is_gone_meanwhile_is_left_out(ground: Ground) -> None:
    many = [f"src/{number}.md" for number in range(40)]
    ground.put("src/a", "src/b", *many)
    reading = ground.tree("src", "*.md")
    (ground.root / "in/src/a").unlink()
    ground.expose(reading)
    assert ground.readable() == ["src/b"]


def test_a_hidden_folder_below_a_writable_one_stays_hidden(ground: Ground) -> None:
    ground.put("work/build/Other/a", "work/b")
    ground.mounts.hide(f"{ground.root}/in/work/build")
    ground.mounts.show(f"{ground.root}/in/work/build/Own", Kind.WRITE, str(ground.root / "beside"))
    ground.expose(ground.tree("work"), worked_in=("work",))
    assert ground.readable() == ["work/b"]
    assert ground.run("echo x > work/build/Own/x").returncode == 0
