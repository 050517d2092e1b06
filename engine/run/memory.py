"""Memory: which targets may start beside those that run, by what their make runs took at most so far."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Mapping

from engine.run.control_groups import group_folders, read_text

_KIB = 1024
_RECLAIMABLE = ("inactive_file", "active_file", "slab_reclaimable")
_SESSION, _RESIDENT_PAGES = 3, 21
"""Places in ``/proc/<pid>/stat`` after the program's name, from 0."""


class Memory:
    """Decides by numbers alone; the system is looked at through two functions."""

    def __init__(
        self,
        peaks_bytes: Mapping[str, int],
        limit_bytes: int | None,
        available_bytes: Callable[[], int | None],
        used_bytes: Callable[[], int],
    ) -> None:
        """`peaks_bytes` is what each target is expected to take, at most `limit_bytes` of it at once.

        `available_bytes` says what could be taken now without swapping (None: not known), `used_bytes` what running
        targets have taken of what is expected of them. A target without a peak is taken to need nothing.
        """
        self._peaks_bytes = peaks_bytes
        self._limit_bytes = limit_bytes
        self._available_bytes = available_bytes
        self._used_bytes = used_bytes
        self._largest_bytes = max(peaks_bytes.values(), default=0)

    def fits(self, running: Collection[str]) -> Callable[[str], bool]:
        """Look at the system once, and say of targets whether they may start beside `running`; alone, each may."""
        if not running or not self._largest_bytes:
            return _any
        room_bytes = self._room_bytes(running)
        return lambda name: self._peaks_bytes.get(name, 0) <= room_bytes

    def _room_bytes(self, running: Collection[str]) -> int:
        """What is neither taken nor still expected to be taken by `running`."""
        promised_bytes = sum(self._peaks_bytes.get(name, 0) for name in running)
        rooms_bytes = [] if self._limit_bytes is None else [self._limit_bytes - promised_bytes]
        available_bytes = self._available_bytes()
        if available_bytes is not None:
            room_bytes = available_bytes - promised_bytes
            if room_bytes < self._largest_bytes:  # only then it matters how much of what was promised is taken already
                room_bytes += min(promised_bytes, self._used_bytes())
            rooms_bytes.append(room_bytes)
        return min(rooms_bytes, default=self._largest_bytes)


def _any(name: str) -> bool:
    return True


UNLIMITED = Memory({}, None, lambda: None, lambda: 0)
"""Lets every target start."""


def available_bytes(root: str = "/") -> int | None:
    """What processes here could take now without swapping; None where the system does not say.

    The least of what the machine has and what each control group has left; a group's file cache counts as free, as it
    does in `MemAvailable`. ``root`` is where ``proc`` and ``sys`` are mounted. Formats: proc_meminfo(5), the kernel's
    ``cgroup-v2.rst`` (`memory.max`, `memory.current`, `memory.stat`).
    """
    machine_bytes = _fields(read_text(os.path.join(root, "proc/meminfo"))).get("MemAvailable:")
    found = [] if machine_bytes is None else [machine_bytes * _KIB]
    for folder in group_folders(root, "memory"):
        left_bytes = _left_in_group_bytes(folder)
        if left_bytes is not None:
            found.append(left_bytes)
    return min(found, default=None)


def _left_in_group_bytes(folder: str) -> int | None:
    try:
        limit_bytes = int(read_text(os.path.join(folder, "memory.max")))
        current_bytes = int(read_text(os.path.join(folder, "memory.current")))
    except ValueError:  # no such file, or `max`
        return None
    statistics = _fields(read_text(os.path.join(folder, "memory.stat")))
    reclaimable_bytes = sum(statistics.get(name, 0) for name in _RECLAIMABLE)
    return max(0, limit_bytes - max(0, current_bytes - reclaimable_bytes))


def _fields(text: str) -> dict[str, int]:
    """The numbers of lines such as `name number [unit]`."""
    rows = (line.split() for line in text.splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}


def resident_bytes(sessions: Collection[int], root: str = "/") -> int:
    """What the largest process of each session has now, together. Format: proc_pid_stat(5).

    The largest only, since the peak of a make run is that of its largest process too.
    """
    largest_pages = dict.fromkeys(sessions, 0)
    proc = os.path.join(root, "proc")
    for name in os.listdir(proc) if sessions and os.path.isdir(proc) else ():
        if name.isdigit():
            fields = read_text(os.path.join(proc, name, "stat")).rpartition(")")[2].split()
            if len(fields) > _RESIDENT_PAGES and int(fields[_SESSION]) in largest_pages:
                session = int(fields[_SESSION])
                largest_pages[session] = max(largest_pages[session], int(fields[_RESIDENT_PAGES]))
    return sum(largest_pages.values()) * os.sysconf("SC_PAGE_SIZE")


def maximum_resident_bytes(reported: int) -> int:
    """`ru_maxrss` of getrusage(2) in bytes: Linux counts KiB, macOS bytes."""
    return reported if sys.platform == "darwin" else reported * _KIB
