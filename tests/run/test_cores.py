from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.run.cores import usable_cores

CORES = usable_cores("/nonexistent")


def write(root: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return str(root)


def test_without_control_groups_it_is_the_affinity(tmp_path: Path) -> None:
    expected = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert usable_cores(str(tmp_path)) == expected


@pytest.mark.parametrize(
    "files",
    [
        {"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/cpu.max": "100000 100000\n"},
        {"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "50000 100000\n"},
        {"proc/self/cgroup": "0::/outside/the/mount\n", "sys/fs/cgroup/cpu.max": "100000 100000"},
        {"proc/self/cgroup": "0::/../..\n", "sys/fs/cgroup/cpu.max": "1000 100000"},
        {
            "proc/self/cgroup": "4:cpu,cpuacct:/docker/x\n0::/\n",
            "sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us": "100000\n",
            "sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000\n",
        },
    ],
)
def test_a_quota_of_at_most_one_core_leaves_one(tmp_path: Path, files: dict[str, str]) -> None:
    assert usable_cores(write(tmp_path, files)) == 1


def test_a_quota_counts_in_whole_cores_rounded_up(tmp_path: Path) -> None:
    root = write(tmp_path, {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "110000 100000\n"})
    assert usable_cores(root) == min(2, CORES)


@pytest.mark.parametrize(
    "files",
    [
        {"sys/fs/cgroup/cpu.max": "max 100000\n"},
        {"sys/fs/cgroup/cpu.max": "nonsense"},
        {"sys/fs/cgroup/cpu.max": "100000"},
        {"sys/fs/cgroup/cpu.cfs_quota_us": "-1", "sys/fs/cgroup/cpu.cfs_period_us": "100000"},
        {"sys/fs/cgroup/cpu.max": "100000000 1000"},
    ],
)
def test_no_quota_and_unreadable_quotas_change_nothing(tmp_path: Path, files: dict[str, str]) -> None:
    assert usable_cores(write(tmp_path, {"proc/self/cgroup": "0::/\n", **files})) == CORES


def test_a_controller_that_is_not_the_cpu_is_passed_over(tmp_path: Path) -> None:
    files = {"proc/self/cgroup": "3:memory:/\n", "sys/fs/cgroup/memory/cpu.max": "1000 100000"}
    assert usable_cores(write(tmp_path, files)) == CORES
