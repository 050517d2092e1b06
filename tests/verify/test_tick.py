from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from engine.verify.tick import TICK_NS, newest_ns, pause_s, wait_for_another_time

SECOND_NS = 1_000_000_000


@pytest.mark.parametrize(
    ("last_s", "now_s", "pause"),
    [(10, 10, 2), (10, 11.5, 0.5), (11.5, 11.75, 0.25), (10, 12, 0), (10, 99, 0), (12, 11, 2), (9_000, 10, 2)],
)
def test_the_next_tick_is_waited_for(last_s: float, now_s: float, pause: float) -> None:
    assert pause_s(int(last_s * SECOND_NS), int(now_s * SECOND_NS)) == pause


def test_the_newest_entry_decides_also_a_link_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a" / "d").mkdir(parents=True)
    (tmp_path / "a" / "d" / "link").symlink_to("nowhere")
    (tmp_path / "b").mkdir()
    paths = [tmp_path / "a" / "d" / "link", tmp_path / "a" / "d", tmp_path / "a", tmp_path / "b"]
    for newest in range(len(paths)):
        for number, path in enumerate(paths):
            seconds = 200 if number == newest else 100
            os.utime(path, (seconds, seconds), follow_symlinks=False)
        assert newest_ns([str(tmp_path / "a"), str(tmp_path / "b")]) == 200 * SECOND_NS
    assert newest_ns([]) == 0


def test_what_is_old_is_not_waited_for(tmp_path: Path) -> None:
    waits: list[float] = []
    os.utime(tmp_path, (100, 100))
    wait_for_another_time([str(tmp_path)], waits.append)
    assert waits == []
    tomorrow = time.time() + 86_400
    os.utime(tmp_path, (tomorrow, tomorrow))
    wait_for_another_time([str(tmp_path)], waits.append)
    assert waits == [TICK_NS / SECOND_NS]
