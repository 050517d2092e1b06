from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.run.memory import Memory, available_bytes, maximum_resident_bytes, resident_bytes

MIB = 1 << 20
PEAKS = {"small": 100, "middle": 400, "large": 900}


def admitted(
    running: Iterable[str], *, limit: int | None = None, available: int | None = None, used: int = 0
) -> set[str]:
    fits = Memory(PEAKS, limit, lambda: available, lambda: used).fits(tuple(running))
    return {name for name in (*PEAKS, "unknown") if fits(name)}


def test_without_a_limit_everything_starts() -> None:
    assert admitted(["large"]) == {"small", "middle", "large", "unknown"}


def test_alone_everything_starts() -> None:
    assert admitted([], limit=1, available=0) == {"small", "middle", "large", "unknown"}


@pytest.mark.parametrize(
    ("available", "used", "expected"),
    [
        (500, 0, {"small", "unknown"}),
        (500, 400, {"small", "middle", "unknown"}),
        (1299, 0, {"small", "middle", "unknown"}),
        (1300, 0, {"small", "middle", "large", "unknown"}),
        (900, 400, {"small", "middle", "large", "unknown"}),
        (400, 0, {"unknown"}),
        (10, 0, set()),
    ],
)
def test_what_runs_is_still_expected_to_take_what_it_has_not(available: int, used: int, expected: set[str]) -> None:
    assert admitted(["middle"], available=available, used=used) == expected


def test_who_takes_more_than_expected_makes_no_room_for_others() -> None:
    assert admitted(["middle"], available=100, used=5000) == {"small", "unknown"}


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1300, {"small", "middle", "large", "unknown"}),
        (1299, {"small", "middle", "unknown"}),
        (500, {"small", "unknown"}),
        (399, set()),
    ],
)
def test_the_limit_holds_for_all_together(limit: int, expected: set[str]) -> None:
    assert admitted(["middle"], limit=limit) == expected
    assert admitted(["middle"], limit=limit, available=10**6) == expected


def test_the_stricter_of_both_decides() -> None:
    assert admitted(["middle"], limit=800, available=600) == {"small", "unknown"}
    assert admitted(["middle"], limit=500, available=10**6) == {"small", "unknown"}


def test_nothing_remembered_needs_no_look_at_the_system() -> None:
    def look() -> int:
        raise AssertionError("looked")

    assert Memory({}, 1, look, look).fits(("a",))("b")


def test_processes_are_looked_at_only_when_memory_is_short() -> None:
    def look() -> int:
        raise AssertionError("looked")

    assert Memory(PEAKS, None, lambda: 5000, look).fits(("middle",))("large")


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 50)),
    st.integers(0, 100),
    st.sets(st.sampled_from("abcdef")),
)
def test_remembered_peaks_never_add_up_to_more_than_the_limit(
    peaks: dict[str, int], limit: int, running: set[str]
) -> None:
    fits = Memory(peaks, limit, lambda: None, lambda: 0).fits(running)
    total = sum(peaks.get(name, 0) for name in running)
    for name in "abcdef":
        if running and any(peaks.values()):
            assert fits(name) == (total + peaks.get(name, 0) <= limit)
        else:
            assert fits(name)


def write(root: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(root)


MEMINFO = {"proc/meminfo": "MemTotal:       64 kB\nMemFree:  1 kB\nMemAvailable:   40 kB\nHugePages_Total:  0\n"}
GROUP = {"proc/self/cgroup": "0::/a/b\n"}


def test_what_the_machine_has_available(tmp_path: Path) -> None:
    assert available_bytes(write(tmp_path, MEMINFO)) == 40 * 1024


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a/b/memory.max": "30000\n", "a/b/memory.current": "10000\n"}, 20000),
        ({"a/memory.max": "30000\n", "a/memory.current": "10000\n"}, 20000),
        ({"memory.max": "30000\n", "memory.current": "10000\n"}, 20000),
        ({"a/b/memory.max": "max\n", "a/b/memory.current": "10000\n"}, 40960),
        ({"a/b/memory.max": "nonsense\n", "a/b/memory.current": "10000\n"}, 40960),
        ({"a/b/memory.max": "30000\n"}, 40960),
        ({"a/b/memory.max": "10000\n", "a/b/memory.current": "30000\n"}, 0),
        ({"a/b/memory.max": "90000\n", "a/b/memory.current": "10000\n"}, 40960),
        (
            {
                "a/b/memory.max": "30000\n",
                "a/b/memory.current": "29000\n",
                "a/b/memory.stat": "anon 3000\ninactive_file 20000\nactive_file 5000\nslab_reclaimable 1000\nshmem 9\n",
            },
            27000,
        ),
        (
            {"a/b/memory.max": "30000\n", "a/b/memory.current": "100\n", "a/b/memory.stat": "inactive_file 20000\n"},
            30000,
        ),
    ],
)
def test_what_a_control_group_has_left(tmp_path: Path, files: dict[str, str], expected: int) -> None:
    groups = {f"sys/fs/cgroup/{name}": text for name, text in files.items()}
    assert available_bytes(write(tmp_path, {**MEMINFO, **GROUP, **groups})) == expected


def test_a_system_that_does_not_say(tmp_path: Path) -> None:
    assert available_bytes(str(tmp_path)) is None


def stat_line(pid: int, session: int, pages: int, name: str = "make") -> str:
    fields = ["R", "1", str(pid), str(session), *["0"] * 17, str(pages), *["0"] * 28]
    return f"{pid} ({name}) {' '.join(fields)}\n"


def test_the_largest_process_of_each_session_counts(tmp_path: Path) -> None:
    files = {
        "proc/7/stat": stat_line(7, 7, 10),
        "proc/8/stat": stat_line(8, 7, 30),
        "proc/9/stat": stat_line(9, 9, 5, "a) R 1 (odd\xe9"),
        "proc/10/stat": stat_line(10, 10, 1000),
        "proc/11/stat": "",
        "proc/meminfo": "MemTotal: 1 kB\n",
    }
    root, page = write(tmp_path, files), os.sysconf("SC_PAGE_SIZE")
    assert resident_bytes({7, 9, 999}, root) == 35 * page
    assert resident_bytes(set(), root) == 0
    assert resident_bytes({7}, str(tmp_path / "nowhere")) == 0


@pytest.mark.parametrize("size", [32 * MIB, 96 * MIB])
def test_a_real_process_is_seen(size: int) -> None:
    script = f"held = bytearray(b'x' * {size}); print('held', flush=True); input()"
    child = subprocess.Popen(
        (sys.executable, "-c", script), stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        seen = resident_bytes({child.pid}) if os.path.isdir("/proc") else size
        child.communicate(b"\n")
    assert size <= seen < size + 64 * MIB


def test_the_real_system_says_what_is_available_where_there_is_meminfo() -> None:
    found = available_bytes()
    assert (found is None) == (not os.path.exists("/proc/meminfo"))
    assert found is None or found > 0


def test_the_systems_unit() -> None:
    assert maximum_resident_bytes(3) == (3 if sys.platform == "darwin" else 3072)
