"""Copying open files: shared blocks where they can be had, and never a short write."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from cache.clone import clone, write_all
from tests.cache.samples import LARGE


def test_a_clone_holds_the_same_or_is_refused_and_leaves_the_target_empty(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(LARGE)
    with (tmp_path / "source").open("rb") as source, (tmp_path / "target").open("wb") as target:
        cloned = clone(source.fileno(), target.fileno())
    assert (tmp_path / "target").read_bytes() == (LARGE if cloned else b"")


def test_a_clone_of_what_is_no_file_is_refused(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with (tmp_path / "target").open("wb") as target:
        assert not clone(reading, target.fileno())
    os.close(reading)
    os.close(writing)


def test_everything_is_written_however_little_one_call_takes() -> None:
    reading, writing = os.pipe()
    received: list[bytes] = []

    def read() -> None:
        with os.fdopen(reading, "rb") as pipe:
            received.append(pipe.read())

    reader = threading.Thread(target=read)
    reader.start()
    os.set_blocking(writing, True)
    write_all(writing, LARGE)
    os.close(writing)
    reader.join()
    assert received == [LARGE]
