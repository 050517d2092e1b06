from __future__ import annotations

import os
from contextlib import suppress
from threading import Event, Thread

import pytest

from cache.verification import answered_in_two

ANSWERS = [1 + index % 250 for index in range(500)]


_OTHERS: set[str] = set()
"""Children that this process had before the test."""


def children() -> set[str]:
    """Numbers of the processes that this one started and that are not reaped."""
    found = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
            if int(file.read().rpartition(b")")[2].split()[1]) == os.getpid():
                found.add(name)
    return found


@pytest.fixture(autouse=True)
def others() -> None:
    _OTHERS.clear()
    _OTHERS.update(children())


def no_child_is_left() -> bool:
    return children() <= _OTHERS


def test_every_question_is_answered_whoever_is_asked_first() -> None:
    with answered_in_two(len(ANSWERS), ANSWERS.__getitem__) as ask:
        assert [ask(index) for index in range(len(ANSWERS))] == ANSWERS
    with answered_in_two(len(ANSWERS), ANSWERS.__getitem__) as ask:
        assert [ask(index) for index in reversed(range(len(ANSWERS)))] == ANSWERS[::-1]
    assert no_child_is_left()


def test_the_child_answers_from_the_end() -> None:
    parent = os.getpid()
    reading, writing = os.pipe()

    def answer(index: int) -> int:
        if os.getpid() == parent:
            return 1
        os.write(writing, b"x")  # after the question before it was answered
        return 2

    with answered_in_two(3, answer) as ask:
        assert os.read(reading, 1) + os.read(reading, 1) == b"xx"
        assert ask(2) == 2
    os.close(reading)
    os.close(writing)
    assert no_child_is_left()


@pytest.mark.parametrize("way", ["exit", "raise"])
def test_a_child_that_dies_is_done_without(way: str) -> None:
    parent = os.getpid()

    def answer(index: int) -> int:
        if os.getpid() != parent:
            if way == "exit":
                os._exit(1)
            raise OSError("nothing works here")
        return ANSWERS[index]

    with answered_in_two(len(ANSWERS), answer) as ask:
        assert [ask(index) for index in range(len(ANSWERS))] == ANSWERS
    assert no_child_is_left()


def test_questions_may_be_left_unasked() -> None:
    with answered_in_two(len(ANSWERS), ANSWERS.__getitem__):
        pass
    with answered_in_two(0, ANSWERS.__getitem__):
        pass
    assert no_child_is_left()


def test_a_process_with_threads_answers_all_itself() -> None:
    over = Event()
    thread = Thread(target=over.wait)
    thread.start()
    try:
        with answered_in_two(len(ANSWERS), ANSWERS.__getitem__) as ask:
            assert no_child_is_left()
            assert ask(7) == ANSWERS[7]
    finally:
        over.set()
        thread.join()
