"""A crew: this process and forked ones share one list of work, each taking the next piece when it has time.

Threads would take turns at the interpreter's lock. The list is a pipe of tickets: a read takes one, whoever reads.
"""

from __future__ import annotations

import contextlib
import fcntl
import marshal
import os
import select
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from engine.errors import Interrupted
from engine.run.process import Processes

Work = Callable[[int], Any]
"""Does the piece of work with this index; what it returns can be marshalled. It raises nothing."""

_TICKET_BYTES = 4
_LENGTH_BYTES = 4
_PIPE_BYTES = 1 << 20  # the most that an ordinary user may ask for
_READ_BYTES = 1 << 18


@contextlib.contextmanager
def crew(
    processes: Processes, count: int, others: int, work: Work, stop: Callable[[], bool]
) -> Iterator[Iterator[tuple[int, Any]]]:
    """Gives (index, answer) of all that is done of `count` pieces of work, by this process and `others` forked ones.

    Work goes on while the answers are taken; no more is begun once `stop` says so. What a child that died had in hand
    has no answer. A process that has other threads when the context is entered does all of it itself; within, it may
    start some.
    """
    with contextlib.ExitStack() as ends:
        tickets = _tickets(count)
        ends.callback(os.close, tickets)
        hands: list[_Hand] = []
        with contextlib.suppress(OSError, Interrupted):  # then there are fewer
            for _ in range(others):
                hands.append(_hire(processes, tickets, work, stop, hands, ends))
        yield _answers(tickets, hands, work, stop)


def _tickets(count: int) -> int:
    """The reading end of a pipe that holds the indices, as many as go into it."""
    reading, writing = _wide_pipe()
    try:
        os.set_blocking(writing, False)
        for index in range(count):
            os.write(writing, index.to_bytes(_TICKET_BYTES, "big"))
    except BlockingIOError:
        pass  # the rest is left to the caller
    finally:
        os.close(writing)
    return reading


def _wide_pipe() -> tuple[int, int]:
    reading, writing = os.pipe()
    with contextlib.suppress(AttributeError, OSError):  # another system, or the user's pipes have all they may have
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return reading, writing


def _taken(tickets: int) -> Iterator[int]:
    while ticket := os.read(tickets, _TICKET_BYTES):
        yield int.from_bytes(ticket, "big")


def _hire(
    processes: Processes,
    tickets: int,
    work: Work,
    stop: Callable[[], bool],
    others: Sequence[_Hand],
    ends: contextlib.ExitStack,
) -> _Hand:
    reading, writing = _wide_pipe()
    with contextlib.ExitStack() as failed:
        failed.callback(os.close, reading)
        try:
            child = processes.fork()
            if child == 0:
                for descriptor in (reading, *(other.reading for other in others)):
                    os.close(descriptor)  # so that only the parent has it: writing fails when it takes no more
                _work_to_the_end(tickets, writing, work, stop)
        finally:
            os.close(writing)
        failed.pop_all()
    ends.callback(processes.join, child)
    ends.callback(os.close, reading)  # before it is waited for: a child that still writes ends then
    return _Hand(reading)


def _work_to_the_end(tickets: int, writing: int, work: Work, stop: Callable[[], bool]) -> None:
    """The child's whole life: nothing of the parent's is flushed, closed or cleaned up by it."""
    with contextlib.suppress(BaseException):
        for index in _taken(tickets):
            message = marshal.dumps((index, work(index)))
            data = memoryview(len(message).to_bytes(_LENGTH_BYTES, "big") + message)
            while data:
                data = data[os.write(writing, data) :]
            if stop():
                break
    os._exit(0)


def _answers(tickets: int, hands: Sequence[_Hand], work: Work, stop: Callable[[], bool]) -> Iterator[tuple[int, Any]]:
    for index in _taken(tickets):
        yield index, work(index)
        yield from _arrived(hands, wait=False)
        if stop():
            break
    while os.read(tickets, _READ_BYTES):
        pass  # taken from the children: one that was just forked may not have been told to stop
    while any(not hand.ended for hand in hands):
        yield from _arrived(hands, wait=True)


def _arrived(hands: Sequence[_Hand], *, wait: bool) -> Iterator[tuple[int, Any]]:
    waiting = {hand.reading: hand for hand in hands if not hand.ended}
    if waiting:
        ready, _, _ = select.select(list(waiting), (), (), None if wait else 0)
        for reading in ready:
            yield from waiting[reading].read()


class _Hand:
    """What comes from one child."""

    def __init__(self, reading: int) -> None:
        self.reading = reading
        self.ended = False
        self._buffer = bytearray()  # which grows in place: an answer may be long

    def read(self) -> Iterator[tuple[int, Any]]:
        """The answers that have come whole."""
        data = os.read(self.reading, _READ_BYTES)
        self.ended = not data
        self._buffer += data
        while len(self._buffer) >= _LENGTH_BYTES:
            end = _LENGTH_BYTES + int.from_bytes(self._buffer[:_LENGTH_BYTES], "big")
            if len(self._buffer) < end:
                break
            yield marshal.loads(self._buffer[_LENGTH_BYTES:end])
            del self._buffer[:end]
