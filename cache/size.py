"""How much of the limit a file takes, and a running estimate of the whole store's size."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time

from cache.remove import remove_tree

BLOCK_BYTES = 4096
ESTIMATE_FILE = "size-estimate"
TRUSTED_FOR_S = 24 * 3600.0
"""An estimate misses what a killed build wrote; after this long it is measured again."""
_ATTEMPTS, _PAUSE_S = 100, 0.002


def charged_bytes(size_bytes: int) -> int:
    """The length rounded up to whole blocks of 4 KiB: what a small file really takes on most file systems."""
    return -(-size_bytes // BLOCK_BYTES) * BLOCK_BYTES


def add_to_estimate(root: str, added_bytes: int) -> int | None:
    """Count what a build wrote; the new estimate of the store's size in bytes, None where only measuring tells.

    Raises:
        OSError: the file cannot be written.
    """
    try:
        fd = _open(root, 0)
    except FileNotFoundError:
        return None
    try:
        estimate = _parse(os.read(fd, 100)) if _locked(fd) else None
        if estimate is None:
            return None
        size_bytes, measured = estimate
        if added_bytes:
            _store(fd, size_bytes + added_bytes, measured)
        return size_bytes + added_bytes
    finally:
        os.close(fd)


def set_estimate(root: str, size_bytes: int, before_bytes: int | None = None) -> None:
    """Note the measured size of the store in bytes.

    What builds have added to the estimate since it was `before_bytes`, when the measurement began, is counted too.

    Raises:
        OSError: the file cannot be written.
    """
    fd = _open(root, os.O_CREAT)
    try:
        if _locked(fd):
            estimate = _parse(os.read(fd, 100))
            if estimate is not None and before_bytes is not None:
                size_bytes += max(0, estimate[0] - before_bytes)
            _store(fd, size_bytes, int(time.time()))
    finally:
        os.close(fd)


def _locked(fd: int) -> bool:
    """Lock the estimate; False where somebody has held it for so long that he must have been stopped."""
    for _ in range(_ATTEMPTS):
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_S)
        else:
            return True
    return False


def _open(root: str, flags: int) -> int:
    """Open the estimate; what lies there and is no file, such as a link to one that is not ours, goes first."""
    path = f"{root}/{ESTIMATE_FILE}"
    for _ in range(2):
        try:
            fd = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | flags, 0o644)
        except OSError as error:
            if error.errno not in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
                raise
        else:
            if stat.S_ISREG(os.fstat(fd).st_mode):
                return fd
            os.close(fd)
        remove_tree(path)
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)


def _store(fd: int, size_bytes: int, measured: int) -> None:
    os.ftruncate(fd, 0)
    os.pwrite(fd, b"%d %d\n" % (size_bytes, measured), 0)


def _parse(text: bytes) -> tuple[int, int] | None:
    words = text.split()
    if len(words) != 2 or not all(word.isdigit() for word in words):
        return None
    size_bytes, measured = map(int, words)
    return (size_bytes, measured) if abs(time.time() - measured) < TRUSTED_FOR_S else None
