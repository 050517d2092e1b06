"""How many cores this process may use: the scheduler's affinity, capped by the CPU quota of its control groups."""

from __future__ import annotations

import os

from engine.run.control_groups import group_folders, read_text

_V1_MOUNTS = ("cpu", "cpu,cpuacct", "cpuacct,cpu")


def usable_cores(root: str = "/") -> int:
    """Return the cores that this process may keep busy, at least 1.

    A quota of 1.5 cores counts as 2, as the Linux scheduler lets two threads run until it is spent.
    ``root`` is where ``proc`` and ``sys`` are mounted. Formats: cgroups(7), the kernel's ``cgroup-v2.rst`` (`cpu.max`)
    and ``sched-bwc.rst`` (`cpu.cfs_quota_us`).
    """
    quota = _quota(root)
    affinity = _affinity()
    return affinity if quota is None else max(1, min(affinity, quota))


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def _quota(root: str) -> int | None:
    folders = group_folders(root, "cpu", _V1_MOUNTS)
    quotas = [quota for folder in folders if (quota := _folder_quota(folder)) is not None]
    return min(quotas, default=None)


def _folder_quota(folder: str) -> int | None:
    quota, _, period = read_text(os.path.join(folder, "cpu.max")).partition(" ")
    if not quota:
        quota = read_text(os.path.join(folder, "cpu.cfs_quota_us"))
        period = read_text(os.path.join(folder, "cpu.cfs_period_us"))
    try:
        quota_us, period_us = int(quota), int(period)
    except ValueError:
        return None
    return -(-quota_us // period_us) if quota_us > 0 and period_us > 0 else None
