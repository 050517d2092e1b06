"""Reading a directory into a tree and a store."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from cache.digest import Digest, Fingerprint, digest_bytes, fingerprint_file
from cache.disk import DiskStore
from cache.errors import ChangedWhileRead, NotRepresentable
from cache.ingest import ingest
from cache.statkey import stat_key
from cache.tree import decode_tree
from tests.cache.samples import LARGE, directory_entry, file_entry, link_entry, write_artifact, write_file


def test_everything_in_a_directory_is_seen(tmp_path: Path) -> None:
    write_artifact(tmp_path / "a")
    found = ingest(str(tmp_path / "a"), None)
    assert set(found.tree.entries) == {
        file_entry("app.py", b"print('one')\n"),
        file_entry("bootstrap", b"#!/bin/sh\n", 0o755),
        directory_entry("lib", 0o555),
        directory_entry("lib/deep"),
        file_entry("lib/deep/data.bin", LARGE),
        file_entry("lib/empty", b"", 0o600),
        file_entry("lib/line\nbreak \N{SNOWMAN}", b"odd", 0o444),
        link_entry("lib/up", "../app.py"),
        file_entry("x" * 255, b"long", 0o4750),
        directory_entry("nothing", 0o2711),
        link_entry("dangling", "lib/not-there"),
    }
    assert list(found.tree.entries) == sorted(found.tree.entries)


def test_stats_and_fingerprints_are_those_of_the_files(tmp_path: Path) -> None:
    write_artifact(tmp_path / "a")
    found = ingest(str(tmp_path / "a"), None)
    assert [path for path, _ in found.stats] == ["", *(entry.path for entry in found.tree.entries)]
    for path, key in found.stats:
        assert key == stat_key(os.lstat(tmp_path / "a" / path))
    files = [entry.path for entry in found.tree.entries if entry.kind == "file"]
    assert found.fingerprints == {path: fingerprint_file(str(tmp_path / "a" / path)) for path in files}


def test_the_mode_of_the_root_counts(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o700)
    (tmp_path / "a").chmod(0o710)
    assert ingest(str(tmp_path / "a"), None).tree.mode == 0o710


def test_files_and_tree_are_kept_in_the_store(tmp_path: Path, store: DiskStore) -> None:
    write_artifact(tmp_path / "a")
    found = ingest(str(tmp_path / "a"), store)
    assert found == ingest(str(tmp_path / "a"), None)
    assert decode_tree(store.read(found.tree_digest, 1 << 20)) == found.tree
    assert not store.missing(fingerprint.digest for fingerprint in found.fingerprints.values())


def test_files_that_are_there_already_are_not_written_again(tmp_path: Path, store: DiskStore) -> None:
    write_artifact(tmp_path / "a")
    found = ingest(str(tmp_path / "a"), store)
    paths = [store.locate(fingerprint.digest) for fingerprint in found.fingerprints.values()]
    before = [os.stat(path).st_ino for path in paths]
    assert ingest(str(tmp_path / "a"), store) == found
    assert [os.stat(path).st_ino for path in paths] == before


def test_what_a_link_points_at_is_not_read(tmp_path: Path) -> None:
    write_file(tmp_path / "a" / "folder" / "file", b"x")
    (tmp_path / "a" / "link").symlink_to("folder")
    assert [entry.path for entry in ingest(str(tmp_path / "a"), None).tree.entries] == ["folder", "folder/file", "link"]


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def make_absolute_link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def make_outward_link(path: Path) -> None:
    path.symlink_to("../../x")


@pytest.mark.parametrize("make", [make_fifo, make_socket, make_absolute_link, make_outward_link])
def test_what_a_tree_cannot_carry_is_named(
    tmp_path: Path, store: DiskStore, make: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "sub").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    assert callable(make)
    make(Path("a/sub/odd"))
    with pytest.raises(NotRepresentable, match="sub/odd"):
        ingest(str(tmp_path / "a"), store)


def test_a_name_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with open(os.fsencode(tmp_path / "a") + b"/caf\xe9", "wb"):
        pass
    with pytest.raises(NotRepresentable, match=r"caf.*not UTF-8"):
        ingest(str(tmp_path / "a"), None)


@pytest.mark.parametrize("name", ["file", "folder"])
def test_what_cannot_be_read_is_named(bound_dir: Path, name: str) -> None:
    write_file(bound_dir / "file", b"x")
    (bound_dir / "folder").mkdir()
    (bound_dir / name).chmod(0)
    with pytest.raises(NotRepresentable, match=f"{name}.*Permission denied"):
        ingest(str(bound_dir), None)


def test_a_tree_too_deep_is_told(tmp_path: Path) -> None:
    (tmp_path / ("a/" * 210)).mkdir(parents=True)
    with pytest.raises(NotRepresentable, match="deep"):
        ingest(str(tmp_path), None)


def test_a_directory_that_is_not_there_is_the_callers_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ingest(str(tmp_path / "none"), None)


@pytest.mark.parametrize("make", ["link", "file"])
def test_a_root_that_is_no_directory_is_refused(tmp_path: Path, make: str) -> None:
    if make == "link":
        (tmp_path / "a").symlink_to(tmp_path)
    else:
        (tmp_path / "a").write_text("")
    with pytest.raises(ChangedWhileRead):
        ingest(str(tmp_path / "a"), None)


class Meddling(DiskStore):
    """Does something to the directory while its first file is being kept."""

    def __init__(self, root: str, directory: Path, what: str) -> None:
        super().__init__(root)
        self._directory, self._what = directory, what

    def absorb(self, fd: int) -> Fingerprint:
        fingerprint = super().absorb(fd)
        if self._what == "grow":
            with (self._directory / "one").open("ab") as file:
                file.write(b"more")
        elif self._what == "touch":
            os.utime(self._directory / "one", (1, 1))
        elif self._what == "chmod":
            (self._directory / "one").chmod(0o600)
        elif self._what == "add":
            (self._directory / "new").write_text("")
        return fingerprint


@pytest.mark.parametrize("what", ["grow", "touch", "chmod", "add"])
def test_a_change_meanwhile_is_told(tmp_path: Path, what: str) -> None:
    write_file(tmp_path / "a" / "one", b"1")
    with pytest.raises(ChangedWhileRead):
        ingest(str(tmp_path / "a"), Meddling(str(tmp_path / "store"), tmp_path / "a", what))


def test_equal_directories_have_equal_digests(tmp_path: Path) -> None:
    write_artifact(tmp_path / "a")
    write_artifact(tmp_path / "b")
    one, other = ingest(str(tmp_path / "a"), None), ingest(str(tmp_path / "b"), None)
    assert (one.tree_digest, one.root_digest) == (other.tree_digest, other.root_digest)
    assert one.fingerprints["app.py"].digest == digest_bytes(b"print('one')\n")
    assert isinstance(one.tree_digest, Digest)
