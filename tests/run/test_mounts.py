"""What a table of mounts shows, seen from inside: as this user, and as one who may only make user namespaces."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.run.bubblewrap import Bubblewrap
from engine.run.mounts import Kind, Mounts

_NOBODY = 65534


class Place:
    """A folder, and a shell in a sandbox of its user."""

    def __init__(self, root: Path, bwrap: str, user: int | None) -> None:
        self.root = root
        self.mounts = Mounts()
        self._bwrap = bwrap
        self._user = user

    def put(self, *names: str) -> None:
        """Files that hold their own names."""
        for name in names:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(name)

    def at(self, name: str) -> str:
        return str(self.root / name)

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script in the root; everything there is its user's own."""
        argv = [self._bwrap, *self.mounts.arguments(), "--chdir", str(self.root), "--", "/bin/sh", "-c", script]
        if self._user is not None:
            for path in (self.root, *self.root.rglob("*")):
                os.chown(path, self._user, self._user, follow_symlinks=False)
            identity = [f"--reuid={self._user}", f"--regid={self._user}", "--clear-groups", "--inh-caps=-all"]
            argv = [shutil.which("setpriv") or "setpriv", *identity, "--", *argv]
        return subprocess.run(argv, capture_output=True, text=True, check=False, cwd="/")

    def said(self, script: str) -> str:
        done = self.run(script)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def refused(self, script: str) -> str:
        done = self.run(script)
        assert done.returncode != 0
        return done.stderr.strip()


@pytest.fixture(params=["as this user", "as nobody"])
def place(request: pytest.FixtureRequest, bubblewrap: Bubblewrap) -> Iterator[Place]:
    other = request.param == "as nobody" and os.geteuid() == 0
    folder = Path(tempfile.mkdtemp(prefix="mounts-", dir="/var/tmp"))
    yield Place(folder, bubblewrap.bwrap, _NOBODY if other else None)
    shutil.rmtree(folder)


def test_at_first_everything_is_there_to_be_read(place: Place) -> None:
    place.put("a")
    assert place.said("cat a") == "a"
    assert "Read-only file system" in place.refused("echo > a")
    assert "Read-only file system" in place.refused("echo > new")
    assert place.said("echo > /dev/null; echo x > /dev/shm/x-$$; rm /dev/shm/x-$$; echo $$ > /proc/self/comm") == ""


def test_what_is_hidden_is_gone_and_cannot_be_made_anew(place: Place) -> None:
    place.put("out/a", "out/in/b", "c")
    place.mounts.hide(place.at("out"))
    assert place.said("ls -A out; cat c") == "c"
    assert "Read-only file system" in place.refused("echo > out/a")


def test_a_hidden_file_cannot_be_opened(place: Place) -> None:
    place.put("out/a", "out/b")
    place.mounts.hide(place.at("out/a"))
    assert "Permission denied" in place.refused("cat out/a")
    assert "Permission denied" in place.refused("echo > out/a")
    assert place.said("cat out/b") == "out/b"


def test_the_longest_prefix_decides(place: Place) -> None:
    place.put("w/a", "w/h/b", "w/h/r/c", "w/h/r/w/d")
    place.mounts.show(place.at("w"), Kind.WRITE)
    place.mounts.hide(place.at("w/h"))
    place.mounts.show(place.at("w/h/r"))
    place.mounts.show(place.at("w/h/r/w"), Kind.WRITE)
    assert place.said("cat w/a w/h/r/c; ls w/h; ls w/h/r; echo new > w/a; echo new > w/h/r/w/d") == "w/aw/h/r/cr\nc\nw"
    assert (place.root / "w/a").read_text() == (place.root / "w/h/r/w/d").read_text() == "new\n"
    assert "Read-only" in place.refused("echo > w/h/r/c")
    assert "Read-only" in place.refused("echo > w/h/new")


def test_a_single_file_is_shown(place: Place) -> None:
    place.put("h/a/b", "h/a/c")
    place.mounts.hide(place.at("h"))
    place.mounts.show(place.at("h/a/b"))
    assert place.said("cat h/a/b; ls h/a") == "h/a/bb"


def test_links_on_the_way_are_shown(place: Place) -> None:
    place.put("h/real/deep/a")
    (place.root / "h/one").symlink_to("real/../two")
    (place.root / "h/two").symlink_to(place.root / "h/real")
    (place.root / "h/other").symlink_to("real")
    place.mounts.hide(place.at("h"))
    assert place.mounts.show(place.at("h/one/deep/a")) == place.at("h/real/deep/a")
    assert place.said("cat h/one/deep/a; ls h; ls h/real/deep") == "h/real/deep/aone\nreal\ntwo\na"


def test_links_in_a_ring_end(place: Place) -> None:
    (place.root / "ring").symlink_to("ring")
    assert place.mounts.show(place.at("ring")) == place.at("ring")


def test_a_private_place_is_empty_and_keeps_what_is_written(place: Place) -> None:
    place.put("tmp/a", "tmp/shown/b", "private/.keep")
    (place.root / "tmp/link").symlink_to("shown")
    place.mounts.show(place.at("tmp"), Kind.PRIVATE, place.at("private"))
    place.mounts.show(place.at("tmp/link/b"))
    assert place.said("ls tmp; cat tmp/link/b; echo new > tmp/a") == "link\nshown\ntmp/shown/b"
    assert (place.root / "tmp/a").read_text() == "tmp/a"
    assert (place.root / "private/a").read_text() == "new\n"


def test_a_copy_is_read_only_and_may_hold_what_lies_elsewhere(place: Place) -> None:
    place.put("in/a", "in/large", "copy/a")
    place.mounts.show(place.at("in"), Kind.COPY, place.at("copy"))
    place.mounts.show(place.at("in/large"), Kind.READ, place.at("in/large"), follow=False)
    assert place.said("cat in/*; ls in") == "copy/ain/largea\nlarge"
    assert "Read-only" in place.refused("echo > in/new")


def test_what_changes_nothing_is_no_mount(place: Place) -> None:
    plain = Mounts().arguments()
    place.put("r/a", "h/b/c")
    place.mounts.show(place.at("r/a"))
    assert place.mounts.arguments() == plain
    place.mounts.hide(place.at("h"))
    place.mounts.hide(place.at("h/b"))
    place.mounts.hide_unless_shown(place.at("absent"))
    assert place.mounts.arguments() == [*plain, "--tmpfs", place.at("h"), "--remount-ro", place.at("h")]


def test_what_is_shown_is_not_hidden_later(place: Place) -> None:
    place.put("h/a", "h/b")
    place.mounts.hide(place.at("h"))
    place.mounts.show(place.at("h/a"))
    place.mounts.hide_unless_shown(place.at("h/a"))
    assert not place.mounts.is_hidden(place.at("h/a"))
    assert place.mounts.is_hidden(place.at("h/b"))
    assert place.mounts.names(place.at("h/a"))
    assert not place.mounts.names(place.at("h/b"))


def test_the_ways_to_a_path_are_those_of_its_links_too(place: Place) -> None:
    place.put("h/a", "w/b")
    (place.root / "h/link").symlink_to("../w/b")
    place.mounts.hide(place.at("h"))
    place.mounts.show(place.at("w"), Kind.WRITE)
    assert place.mounts.ways(place.at("h/link")) == {Kind.HIDDEN, Kind.WRITE}
    assert place.mounts.ways(place.at("w/b")) == {Kind.WRITE}
