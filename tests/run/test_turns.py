from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import pytest

from engine.run.turns import Turns

_PATIENCE_S = 30
_SUSPICION_S = 0.2


@pytest.mark.parametrize(
    ("mine", "theirs"), [("a", "a"), ("a", "a/b"), ("a/b", "a"), ("link", "a/b"), ("x", "a"), ("a", "x")]
)
def test_who_wants_the_same_directory_waits(tmp_path: Path, mine: str, theirs: str) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a")
    turns, entered = Turns(), Event()

    def enter() -> None:
        with turns.taken((str(tmp_path / theirs), str(tmp_path / "other"))):
            entered.set()

    thread = Thread(target=enter)
    apart = "x" in (mine, theirs)
    with turns.taken((str(tmp_path / mine),)):
        thread.start()
        assert entered.wait(_PATIENCE_S if apart else _SUSPICION_S) == apart
    assert entered.wait(_PATIENCE_S)
    thread.join()


def test_names_that_begin_alike_are_others(tmp_path: Path) -> None:
    turns = Turns()
    with turns.taken((str(tmp_path / "a"),)), turns.taken((str(tmp_path / "ab"),)):
        pass


def test_a_failure_gives_the_turn_back(tmp_path: Path) -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="x"), turns.taken((str(tmp_path),)):
        raise ValueError("x")
    with turns.taken((str(tmp_path),)):
        pass
