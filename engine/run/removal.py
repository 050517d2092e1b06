"""Removing a tree whatever its modes and depth are, never following a link out of it."""

from __future__ import annotations

import contextlib
import os
import stat

_LONG_PATH_BYTES = 700  # with an entry's 255 below it a path must stay under PATH_MAX: 1024 on macOS, 4096 on Linux


def remove_tree(path: str) -> None:
    """Remove a file, link or directory tree; what is not there is no error.

    Raises:
        OSError: when something cannot be removed even after its folder was made writable.
    """
    try:
        is_directory = stat.S_ISDIR(os.lstat(path).st_mode)
    except FileNotFoundError:
        return
    if not is_directory:
        os.unlink(path)
        return
    waiting = [path]
    while waiting:
        below = _empty(waiting[-1])
        if below:
            waiting += [_within_reach(path, directory) for directory in below]
        else:
            os.rmdir(waiting.pop())


def _empty(directory: str) -> list[str]:
    """Remove all but the directories in `directory`; these are returned."""
    _open_up(directory)
    below = []
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.path)
            else:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(entry.path)
    return below


def _open_up(directory: str) -> None:
    mode = stat.S_IMODE(os.lstat(directory).st_mode)
    if mode & stat.S_IRWXU != stat.S_IRWXU:
        with contextlib.suppress(OSError):
            os.chmod(directory, mode | stat.S_IRWXU)


def _within_reach(root: str, directory: str) -> str:
    """`directory`, moved up to `root` where its path has grown so long that what it holds could not be named."""
    if len(os.fsencode(directory)) < _LONG_PATH_BYTES:
        return directory
    from tempfile import mkdtemp

    _open_up(directory)  # moving a directory writes its `..`
    near = mkdtemp(dir=root)
    os.rename(directory, near)
    return near
