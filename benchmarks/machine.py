"""The machine and the tools that the numbers belong to."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from benchmarks.subjects.subject import Subject, first_line_of


def describe(subjects: tuple[Subject, ...], work: Path) -> dict[str, str]:
    """Label -> value, in the order to show them; `work` is where the monorepos are written."""
    return {
        "processor": f"{_processor()}, {len(_cores())} cores usable",
        "memory": f"{_memory_bytes() / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "fixtures on": _filesystem(work),
        "python": platform.python_version(),
        "make": first_line_of(["make", "--version"]) or "not installed",
        "git": first_line_of(["git", "--version"]) or "not installed",
        **{subject.name: subject.version() or "not installed" for subject in subjects},
    }


def _cores() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"


def _memory_bytes() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _filesystem(work: Path) -> str:
    command = ["df", "--output=fstype", str(work)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.split()[-1] if done.returncode == 0 else "unknown"
