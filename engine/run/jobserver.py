"""The jobserver: job slots that the running targets share with every make, cargo and other client below them.

It speaks GNU make's protocol: one slot goes with being run at all, every other one is a byte in a pipe, taken by
reading it and given back by writing the very same. So the first running target costs nothing and each further one a
byte, which no client finds in the pipe then: what runs at once over the whole build never exceeds the slots.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import sys
import termios
from collections.abc import Mapping
from contextlib import ExitStack

from engine.make.jobserver import Ends, sharing_environment

_TOKEN = b"+"
_FIRST_DESCRIPTOR = 64
"""Clients get none below: recipes redirect low ones, and a shell's `exec 3>log` would put a log in the pool's place."""


class Jobserver:
    """A pool of job slots; one that is not open has a slot for everyone and tells no client of it.

    All but `joined` is called in one thread.
    """

    def __init__(self) -> None:
        self._pool = ExitStack()
        self._running = 0
        self._held: list[bytes] = []
        self._jobs = 0
        self._own: Ends | None = None
        """This process's ends, of which reading never waits; None: the pool is not open."""
        self._clients: tuple[Ends, Ends] | None = None
        """The ends for cargo and for make."""
        self._own_tokens: int | None = None
        """How many bytes are in the pipe when nothing runs; None: the pool is an outer make's."""

    def open(self, jobs: int, folder: str, outer: Ends | str | None = None) -> None:
        """Become a client of the `outer` pool (descriptors or a FIFO's path), or where it is none create one.

        A new one has `jobs` slots, or as many as a pipe holds bytes. `folder` is the build's own; nothing stays in it.

        Raises:
            OSError: when a pool cannot be created.
        """
        self._jobs = jobs
        if outer is not None:
            try:
                with ExitStack() as opening:
                    self._join(outer, opening)
                return
            except OSError:  # make closes it for a recipe without `+`, and an outer make may have died
                pass
        with ExitStack() as opening:
            self._create(os.path.join(folder, "jobserver"), opening)

    def close(self) -> None:
        """Give back what is held; from now on there is a slot for everyone."""
        while self._held:
            self._put(self._held.pop())
        self._own = self._clients = self._own_tokens = None
        self._pool.close()

    @property
    def descriptor(self) -> int:
        """What is readable when a slot that could not be taken may be free."""
        return -1 if self._own is None else self._own.read

    def take(self) -> bool:
        """Take a slot for a target; False when none is free now. A lone target always gets one."""
        if self._running and self._own is not None:
            try:
                self._held.append(os.read(self._own.read, 1))
            except BlockingIOError:
                return False
        self._running += 1
        return True

    def give_back(self) -> None:
        """Give back the slot of a target that ended."""
        self._running -= 1
        if self._held:
            self._put(self._held.pop())
        if not self._running:
            self._recover()

    def joined(self, environ: Mapping[str, str], *, parallel: bool) -> tuple[dict[str, str], tuple[int, ...]]:
        """`environ` for a child that shares the slots, and the descriptors that it must inherit for that.

        cargo shares them in any case, make only when it is to run recipes in `parallel`.
        """
        if self._clients is None:
            return dict(environ), ()
        cargo, make = self._clients
        if parallel:
            return sharing_environment(environ, self._jobs, cargo=cargo, make=make), (*cargo, *make)
        return sharing_environment(environ, self._jobs, cargo=cargo, make=None), tuple(cargo)

    def _join(self, outer: Ends | str, opening: ExitStack) -> None:
        if isinstance(outer, str):
            self._share_fifo(outer, opening)
            return
        _check_pipe(outer)
        read = _opened(f"/dev/fd/{outer.read}", os.O_RDONLY | os.O_NONBLOCK, opening)
        if os.get_blocking(read):  # where /dev/fd gives no open file of its own, the flag is the outer make's to set
            raise OSError(errno.ENOTSUP, "the pipe cannot be read without waiting")
        write, *ends = (_high(end, opening) for end in (outer.write, *outer, *outer))
        self._use(Ends(read, write), ends, opening)

    def _create(self, path: str, opening: ExitStack) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        os.mkfifo(path, 0o600)
        try:
            own = self._share_fifo(path, opening)
        finally:
            os.unlink(path)
        self._own_tokens = os.write(own, _TOKEN * (self._jobs - 1))

    def _share_fifo(self, path: str, opening: ExitStack) -> int:
        """Open a FIFO for all; returns this process's own end, for reading and writing.

        make sets O_NONBLOCK on what it reads from, which holds for whoever shares the open file: each has its own.
        """
        own = _opened(path, os.O_RDWR | os.O_NONBLOCK, opening)
        if not stat.S_ISFIFO(os.fstat(own).st_mode):
            raise OSError(errno.EINVAL, "not a FIFO")
        with ExitStack() as briefly:
            ends = [_high(_opened(path, os.O_RDWR, briefly), opening) for _ in range(4)]
        self._use(Ends(own, own), ends, opening)
        return own

    def _use(self, own: Ends, ends: list[int], opening: ExitStack) -> None:
        self._own = own
        self._clients = Ends(*ends[:2]), Ends(*ends[2:])
        self._pool = opening.pop_all()

    def _put(self, token: bytes) -> None:
        if self._own is not None:
            with contextlib.suppress(BlockingIOError):  # full of what clients never took: there are slots enough
                os.write(self._own.write, token)

    def _recover(self) -> None:
        """Put the tokens back that killed clients had, now that nothing runs; take out what is too many."""
        if self._own is None or self._own_tokens is None:
            return
        missing = self._own_tokens - _readable_bytes(self._own.read)
        if missing > 0:
            self._put(_TOKEN * missing)
        elif missing < 0:
            with contextlib.suppress(BlockingIOError):  # a daemon that a target left may be faster
                os.read(self._own.read, -missing)


def _check_pipe(ends: Ends) -> None:
    """Raise OSError where the descriptors are not both ends of one pipe: they may have become anything meanwhile."""
    read, write = os.fstat(ends.read), os.fstat(ends.write)
    modes = [fcntl.fcntl(end, fcntl.F_GETFL) & os.O_ACCMODE for end in ends]
    if not stat.S_ISFIFO(read.st_mode) or not os.path.samestat(read, write):
        raise OSError(errno.EINVAL, "not a pipe")
    if modes[0] == os.O_WRONLY or modes[1] == os.O_RDONLY:
        raise OSError(errno.EBADF, "not the ends of a pipe")


def _opened(path: str, flags: int, opening: ExitStack) -> int:
    descriptor = os.open(path, flags | os.O_CLOEXEC)
    opening.callback(os.close, descriptor)
    return descriptor


def _high(descriptor: int, opening: ExitStack) -> int:
    """The same open file under a number for clients."""
    try:
        high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FIRST_DESCRIPTOR)
    except OSError:  # the limit of open files is lower
        high = os.dup(descriptor)
    opening.callback(os.close, high)
    return high


def _readable_bytes(descriptor: int) -> int:
    return int.from_bytes(fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)), sys.byteorder)
