from __future__ import annotations

import os
import signal
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest

from engine.run.crew import crew
from engine.run.process import Processes


def never() -> bool:
    return False


def done(
    count: int, others: int, work: Callable[[int], Any], stop: Callable[[], bool] = never
) -> list[tuple[int, Any]]:
    with crew(Processes(), count, others, work, stop) as answers:
        found = list(answers)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    return found


@pytest.mark.parametrize("others", [0, 1, 3])
def test_each_piece_is_done_once(others: int) -> None:
    found = done(1000, others, lambda index: (index * 2, "text", None))
    assert sorted(found) == [(index, (index * 2, "text", None)) for index in range(1000)]


def test_nothing_to_do() -> None:
    assert done(0, 2, lambda index: index) == []


def test_answers_larger_than_a_pipe_arrive_whole() -> None:
    found = dict(done(6, 2, lambda index: bytes([index]) * 3_000_000))
    assert found == {index: bytes([index]) * 3_000_000 for index in range(6)}


def test_work_is_shared() -> None:
    """Each of two waits for the other to have a piece in hand, so neither can do both."""
    reading, writing = os.pipe()
    parent = os.getpid()
    other_reading, other_writing = os.pipe()

    def meet(index: int) -> int:
        mine, theirs = (writing, other_reading) if os.getpid() == parent else (other_writing, reading)
        os.write(mine, b"x")
        os.read(theirs, 1)
        return os.getpid()

    found = dict(done(2, 1, meet))
    assert set(found) == {0, 1}
    assert len(set(found.values())) == 2
    for descriptor in (reading, writing, other_reading, other_writing):
        os.close(descriptor)


def test_what_a_child_that_died_had_in_hand_has_no_answer() -> None:
    parent = os.getpid()

    def work(index: int) -> int:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return index

    found = done(100, 2, work)
    assert len(found) >= 98
    assert all(index == answer for index, answer in found)


def test_a_child_whose_work_raises_ends_alone() -> None:
    parent = os.getpid()

    def work(index: int) -> int:
        if os.getpid() != parent:
            raise ValueError
        return index

    assert len(done(100, 1, work)) >= 99


def test_no_more_is_begun_after_the_stop() -> None:
    begun: list[int] = []

    def work(index: int) -> int:
        begun.append(index)
        return index

    assert done(100, 0, work, stop=lambda: len(begun) == 3) == [(0, 0), (1, 1), (2, 2)]


def test_a_child_that_was_not_told_begins_no_more_after_the_stop() -> None:
    parent = os.getpid()
    assert len(done(200_000, 1, lambda index: index, stop=lambda: os.getpid() == parent)) < 200_000


def test_children_whose_answers_nobody_takes_end() -> None:
    with crew(Processes(), 60, 2, lambda index: bytes(1_000_000), never) as answers:
        next(answers)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_children_end_when_their_parent_is_killed() -> None:
    """What comes out of the pipe ends with the last process that has it."""
    reading, writing = os.pipe()
    middle = os.fork()
    if middle == 0:
        begun = os.getpid()

        def work(index: int) -> int:
            if os.getpid() == begun:
                os.kill(begun, signal.SIGKILL)
            os.write(writing, b"x")
            return index

        with crew(Processes(), 50_000, 3, work, never) as answers:
            list(answers)
        os._exit(1)
    os.close(writing)
    assert os.waitstatus_to_exitcode(os.waitpid(middle, 0)[1]) == -signal.SIGKILL
    with open(reading, "rb") as pipe:
        assert len(pipe.read()) < 49_000


def test_children_end_with_the_others_when_all_are_told_to() -> None:
    processes = Processes()
    reading, writing = os.pipe()
    parent = os.getpid()

    def work(index: int) -> int:
        if os.getpid() != parent:
            os.write(writing, b"x")
            signal.pause()
        else:
            os.read(reading, 1)
            processes.kill()
        return index

    with crew(processes, 2, 1, work, never) as answers:
        assert len(list(answers)) == 1
    os.close(reading)
    os.close(writing)


def test_more_than_a_pipe_holds_is_left_to_the_caller() -> None:
    with crew(Processes(), 400_000, 0, lambda index: index, never) as answers:
        indices = [index for index, _ in answers]
    assert indices == list(range(len(indices)))
    assert 0 < len(indices) < 400_000


def test_a_process_with_threads_does_all_itself() -> None:
    over = Event()
    thread = Thread(target=over.wait)
    thread.start()
    try:
        assert {pid for _, pid in done(100, 2, lambda index: os.getpid())} == {os.getpid()}
    finally:
        over.set()
        thread.join()
