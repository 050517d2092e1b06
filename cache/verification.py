"""Many questions answered by two processes that meet in the middle: threads would share one interpreter lock.

The caller asks its questions from the first to the last; a forked child answers them from the last towards the first,
until it comes to one that the caller has answered. Either answers at its own pace, and neither waits for the other.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
from collections.abc import Callable, Iterator
from threading import active_count

Answer = Callable[[int], int]
"""The answer to the question with this index, 1 to 255."""


@contextlib.contextmanager
def answered_in_two(count: int, answer: Answer) -> Iterator[Answer]:
    """Gives what answers questions 0 to `count` - 1, in this process where the child has not come to them.

    A process that has other threads already answers all of them itself. The child ends with the context, wherever it
    is then.
    """
    with contextlib.closing(mmap.mmap(-1, max(count, 1))) as shared:
        child = _fork(shared, count, answer)
        try:
            yield lambda index: _known(shared, index, answer)
        finally:
            if child is not None:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _known(shared: mmap.mmap, index: int, answer: Answer) -> int:
    known = shared[index]
    if not known:
        known = shared[index] = answer(index)
    return known


def _fork(shared: mmap.mmap, count: int, answer: Answer) -> int | None:
    """The child's process; None where none can be started."""
    if active_count() > 1:  # what another one locks just now would stay locked in the child
        return None
    with contextlib.suppress(OSError):
        child = os.fork()
        if child:
            return child
        _answer_from_the_end(shared, count, answer)
    return None


def _answer_from_the_end(shared: mmap.mmap, count: int, answer: Answer) -> None:
    """The child's whole life: nothing of the parent's is flushed, closed or cleaned up by it."""
    with contextlib.suppress(BaseException):
        for index in reversed(range(count)):
            if shared[index]:
                break
            shared[index] = answer(index)
    os._exit(0)
