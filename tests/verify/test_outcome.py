from __future__ import annotations

import pytest

from engine.verify.difference import Difference, Finding, Kind, in_file
from engine.verify.outcome import in_short

UMASK = Difference("a", Kind.MODE, "0644, then 0600", follows_umask=True)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ((), None),
        ((UMASK,), None),
        ((UMASK, Difference("b", Kind.TIME, "")), "b (time stamp)"),
        ((Difference("b", Kind.TIME, ""), Difference("b", Kind.PATH, "")), "b (time stamp, absolute path)"),
        ((Difference("b", Kind.ADDED, ""), Difference("c", Kind.MODE, ""), UMASK), "b (added) and 1 more"),
    ],
)
def test_differences_in_short(rows: tuple[Difference, ...], words: str | None) -> None:
    assert in_short(rows) == words


def test_members_that_differ_in_the_same_way_are_counted() -> None:
    findings = [Finding(Kind.TIME, f"of {name}", name) for name in "abc"]
    findings += [
        Finding(Kind.CONTENT, "bytes", "b", 7),
        Finding(Kind.MODE, "1", "c"),
        Finding(Kind.MODE, "2", "d", None, True),
    ]
    assert in_file("app.zip", findings) == [
        Difference("app.zip", Kind.TIME, "of a", "a", 3),
        Difference("app.zip", Kind.CONTENT, "bytes", "b", 1, 7),
        Difference("app.zip", Kind.MODE, "1", "c", 1),
        Difference("app.zip", Kind.MODE, "2", "d", 1, None, True),
    ]
