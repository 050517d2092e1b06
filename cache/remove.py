"""Removes a directory tree without following links, however its modes forbid it."""

from __future__ import annotations

import errno
import os


def remove_tree(path: str) -> None:
    """Remove a directory and all that is in it, or a single file or link; nothing is done where nothing is.

    Directories that their mode closes to their owner are opened first.

    Raises:
        OSError: something cannot be removed; the rest may be gone.
    """
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        return
    except (IsADirectoryError, PermissionError):
        try:
            _remove_directory(path, None)
        except RecursionError:
            raise OSError(errno.ELOOP, "directories are nested too deeply to be removed", path) from None


def _remove_directory(name: str, parent_fd: int | None) -> None:
    fd = _open_directory(name, parent_fd)
    try:
        with os.scandir(fd) as members:
            names = [(member.name, member.is_dir(follow_symlinks=False)) for member in members]
        for member_name, is_directory in names:
            if is_directory:
                _remove_directory(member_name, fd)
            else:
                os.unlink(member_name, dir_fd=fd)
    finally:
        os.close(fd)
    os.rmdir(name, dir_fd=parent_fd)


def _open_directory(name: str, parent_fd: int | None) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        fd = os.open(name, flags, dir_fd=parent_fd)
    except PermissionError:
        os.chmod(name, 0o700, dir_fd=parent_fd)
        return os.open(name, flags, dir_fd=parent_fd)
    if os.fstat(fd).st_mode & 0o700 != 0o700:
        os.fchmod(fd, 0o700)
    return fd
