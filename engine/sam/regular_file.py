"""Bytes of regular files, within a limit; what would make a reader wait or never end is refused at once."""

from __future__ import annotations

import errno
import os
import stat

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
_KINDS = {stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


def read_regular(path: str, limit_bytes: int) -> bytes:
    """The bytes of the file at `path`, but at most one more than `limit_bytes`: then it is too large.

    Raises OSError, with the reason in `strerror`; also where it is no regular file.
    """
    _check(os.stat(path), path)  # before it is opened: to open a device may do something to it
    with os.fdopen(os.open(path, _FLAGS), "rb") as stream:
        status = os.fstat(stream.fileno())
        _check(status, path)
        return stream.read(min(status.st_size, limit_bytes) + 1)  # Python allocates what is asked for


def _check(status: os.stat_result, path: str) -> None:
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFDIR:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if kind != stat.S_IFREG:
        raise OSError(errno.EINVAL, f"it is {_KINDS.get(kind, 'something special')}, not a file", path)
