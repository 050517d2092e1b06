from __future__ import annotations

import pytest

from engine.report.duration import in_words, roughly


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-0.1, "0.00 s"),
        (0.042, "0.04 s"),
        (0.994, "0.99 s"),
        (0.996, "1.0 s"),
        (1.24, "1.2 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 0 s"),
        (192, "3 min 12 s"),
        (3599.7, "1 h 0 min"),
        (3900, "1 h 5 min"),
    ],
)
def test_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 s"), (8.4, "8 s"), (42, "40 s"), (89, "90 s"), (100, "2 min"), (5399, "90 min"), (9000, "2 h")],
)
def test_roughly(seconds: float, words: str) -> None:
    assert roughly(seconds) == words
