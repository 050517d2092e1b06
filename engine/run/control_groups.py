"""Where the limits of this process's control groups are to be read."""

from __future__ import annotations

import os


def group_folders(root: str, controller: str, v1_mounts: tuple[str, ...] = ()) -> list[str]:
    """Every folder that may limit this process: its own group and those above it, in version 2's hierarchy.

    `v1_mounts` are the names under which version 1's hierarchy of `controller` is mounted, where it is to be looked at
    too. ``root`` is where ``proc`` and ``sys`` are mounted. Format: cgroups(7).
    """
    folders: list[str] = []
    for line in read_text(os.path.join(root, "proc/self/cgroup")).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if not controllers:
            mounts: tuple[str, ...] = ("", "unified")
        else:
            mounts = v1_mounts if controller in controllers.split(",") else ()
        for mount in mounts:
            folders += _ancestors(os.path.join(root, "sys/fs/cgroup", mount), group)
    return folders


def read_text(path: str) -> str:
    """Content of a small file of the kernel's; empty where there is none."""
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""


def _ancestors(mount: str, group: str) -> list[str]:
    # Without a cgroup namespace a container sees the host's group path but only its own folder as the mount:
    # the mount itself is therefore always among the candidates.
    parts = [part for part in group.split("/") if part not in ("", "..")]
    return [os.path.join(mount, *parts[:depth]) for depth in range(len(parts), -1, -1)]
