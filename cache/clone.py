"""Copies the content of open files: as shared blocks where the file system can (reflink), else byte by byte."""

from __future__ import annotations

import fcntl
import os
import sys

_FICLONE = 0x40049409
"""`_IOW(0x94, 9, int)` of <linux/fs.h>: the target shares the source's blocks until either is written to."""


def clone(source_fd: int, target_fd: int) -> bool:
    """Make the empty target share the source's blocks; False where the file system or its mount cannot."""
    if sys.platform != "linux":
        return False
    try:
        fcntl.ioctl(target_fd, _FICLONE, source_fd)
    except OSError:
        return False
    return True


def write_all(fd: int, data: bytes | memoryview) -> None:
    """Write every byte; a single `write` may take fewer (its limit is just under 2 GiB on Linux)."""
    written = os.write(fd, data)
    if written < len(data):
        rest = memoryview(data)[written:]
        while rest:
            rest = rest[os.write(fd, rest) :]
