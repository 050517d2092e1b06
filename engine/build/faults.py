"""Faults of the machine in words: what went wrong with which file, and the way out."""

from __future__ import annotations

import errno
import os
from typing import NamedTuple

_HINTS = {
    errno.EMFILE: "raise the limit of open files (ulimit -n 4096), or run fewer targets at once (--jobs)",
    errno.ENFILE: "the whole machine has too many files open: run fewer targets at once (--jobs)",
    errno.ENOSPC: "make room there; `engine cache gc --size 1GiB` shrinks the cache, TMPDIR moves the scratch copies",
    errno.EDQUOT: "the disk quota is used up: make room, or have it raised",
    errno.EROFS: "the file system is read-only: choose another --build-dir, or another TMPDIR for scratch copies",
    errno.EACCES: "check its owner and mode: sources must be readable, the build directory and TMPDIR writable",
    errno.EPERM: "check its owner and mode, and whether the file system allows this at all",
    errno.ENOMEM: "there is not enough memory: run fewer targets at once (--jobs)",
    errno.EAGAIN: "too many processes run: raise the limit (ulimit -u), or run fewer targets at once (--jobs)",
    errno.E2BIG: "the environment is too large for a process to be started in: unset what make does not need",
}


class Fault(NamedTuple):
    """What is told of an operation that the machine refused."""

    message: str
    """The system's words and the file, such as `No space left on device: /tmp/x`."""
    hint: str | None


def fault_of(error: OSError) -> Fault:
    """Put `error` into words."""
    reason = error.strerror or str(error) or type(error).__name__
    files = [os.fsdecode(name) for name in (error.filename, error.filename2) if isinstance(name, str | bytes)]
    return Fault(": ".join([reason, " -> ".join(files)]) if files else reason, _HINTS.get(error.errno or 0))
