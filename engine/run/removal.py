"""Removing a tree whatever its modes are, never following a link out of it."""

from __future__ import annotations

import contextlib
import os
import stat


def remove_tree(path: str) -> None:
    """Remove a file, link or directory tree; what is not there is no error.

    Raises:
        OSError: when something cannot be removed even after its folder was made writable.
    """
    try:
        is_directory = stat.S_ISDIR(os.lstat(path).st_mode)
    except FileNotFoundError:
        return
    if is_directory:
        _empty(path)
        os.rmdir(path)
    else:
        os.unlink(path)


def _empty(directory: str) -> None:
    mode = stat.S_IMODE(os.lstat(directory).st_mode)
    if mode & stat.S_IRWXU != stat.S_IRWXU:
        with contextlib.suppress(OSError):
            os.chmod(directory, mode | stat.S_IRWXU)
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _empty(entry.path)
                os.rmdir(entry.path)
            else:
                os.unlink(entry.path)
