"""The running estimate of a store's size."""

from __future__ import annotations

import fcntl
import time
from pathlib import Path

import pytest

from cache.size import ESTIMATE_FILE, TRUSTED_FOR_S, add_to_estimate, charged_bytes, set_estimate


@pytest.mark.parametrize(("size_bytes", "charged"), [(0, 0), (1, 4096), (4096, 4096), (4097, 8192)])
def test_files_are_charged_by_whole_blocks(size_bytes: int, charged: int) -> None:
    assert charged_bytes(size_bytes) == charged


def test_an_estimate_grows_by_what_is_added(tmp_path: Path) -> None:
    set_estimate(str(tmp_path), 1_000_000)
    assert add_to_estimate(str(tmp_path), 24) == 1_000_024
    assert add_to_estimate(str(tmp_path), 0) == 1_000_024
    set_estimate(str(tmp_path), 5)
    assert add_to_estimate(str(tmp_path), 0) == 5


def test_what_is_added_while_the_store_is_measured_counts(tmp_path: Path) -> None:
    set_estimate(str(tmp_path), 1000)
    before_bytes = add_to_estimate(str(tmp_path), 0)
    add_to_estimate(str(tmp_path), 24)
    set_estimate(str(tmp_path), 500, before_bytes)
    assert add_to_estimate(str(tmp_path), 0) == 524


def test_a_process_that_was_stopped_in_the_midst_holds_nobody_up(tmp_path: Path) -> None:
    set_estimate(str(tmp_path), 1000)
    with open(tmp_path / ESTIMATE_FILE) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert add_to_estimate(str(tmp_path), 24) is None
        set_estimate(str(tmp_path), 5)
    assert add_to_estimate(str(tmp_path), 0) == 1000


def test_without_a_measurement_there_is_no_estimate(tmp_path: Path) -> None:
    assert add_to_estimate(str(tmp_path), 24) is None


@pytest.mark.parametrize("text", ["", "12", "x 12", "12 13 14", f"100 {int(time.time() - TRUSTED_FOR_S - 60)}"])
def test_an_estimate_that_is_old_or_damaged_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / ESTIMATE_FILE).write_text(text)
    assert add_to_estimate(str(tmp_path), 24) is None
