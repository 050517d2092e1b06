"""What of a file's status tells that its content is still the same."""

from __future__ import annotations

import os

StatKey = tuple[int, int, int, int, int]
"""(size in bytes, mtime_ns, ctime_ns, inode, st_mode): equal ones mean the same content, git's racy rule aside."""


def stat_key(status: os.stat_result) -> StatKey:
    """The part of a status that any change of content or mode changes."""
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_mode)
