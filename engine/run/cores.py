"""How many cores this process may use: the scheduler's affinity, capped by the CPU quota of its control groups."""

from __future__ import annotations

import os

_V1_CONTROLLERS = ("cpu", "cpu,cpuacct", "cpuacct,cpu")


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
    quotas = [quota for folder in _group_folders(root) if (quota := _folder_quota(folder)) is not None]
    return min(quotas, default=None)


def _group_folders(root: str) -> list[str]:
    """Every folder that may limit this process: its own group and those above it, in either version's hierarchy."""
    folders: list[str] = []
    for line in _read(os.path.join(root, "proc/self/cgroup")).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        for mount in _mounts(root, controllers):
            folders += _ancestors(mount, group)
    return folders


def _mounts(root: str, controllers: str) -> list[str]:
    base = os.path.join(root, "sys/fs/cgroup")
    if not controllers:
        return [base, os.path.join(base, "unified")]
    if "cpu" in controllers.split(","):
        return [os.path.join(base, name) for name in _V1_CONTROLLERS]
    return []


def _ancestors(mount: str, group: str) -> list[str]:
    # Without a cgroup namespace a container sees the host's group path but only its own folder as the mount:
    # the mount itself is therefore always among the candidates.
    parts = [part for part in group.split("/") if part not in ("", "..")]
    return [os.path.join(mount, *parts[:depth]) for depth in range(len(parts), -1, -1)]


def _folder_quota(folder: str) -> int | None:
    quota, _, period = _read(os.path.join(folder, "cpu.max")).partition(" ")
    if not quota:
        quota = _read(os.path.join(folder, "cpu.cfs_quota_us"))
        period = _read(os.path.join(folder, "cpu.cfs_period_us"))
    try:
        quota_us, period_us = int(quota), int(period)
    except ValueError:
        return None
    return -(-quota_us // period_us) if quota_us > 0 and period_us > 0 else None


def _read(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""
