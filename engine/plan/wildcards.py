"""Keeps the matching of a gitignore pattern short: each star multiplies what a regular expression may have to try."""

from __future__ import annotations

import re

STARS = 4
"""Most stars in one name of a pattern, and most `**` in a pattern."""

_TOKEN = re.compile(r"\\.|\[[^\]]*\]|\*+|/|[^*/\\\[]+|.", re.DOTALL)


class TooManyStars(ValueError):
    """Matching may take longer than anyone waits."""

    def __init__(self, pattern: str) -> None:
        super().__init__(f"{pattern} (more than {STARS} stars in one name, or ** more than {STARS} times)")


def bounded(pattern: str) -> str:
    """`pattern` with one star for several in a row, which mean the same, and one `**` for `**/**`.

    Raises:
        TooManyStars: more than STARS are left in one name, or of `**`.
    """
    names = ["".join(tokens) for tokens in _names(pattern)]
    kept = [name for name, before in zip(names, [None, *names], strict=False) if not name == before == "**"]
    if kept.count("**") > STARS:
        raise TooManyStars(pattern)
    return "/".join(kept)


def _names(pattern: str) -> list[list[str]]:
    names: list[list[str]] = [[]]
    for token in _TOKEN.findall(pattern):
        if token == "/":
            names.append([])
        else:
            names[-1].append(token)
    return [name if name == ["**"] else _single_stars(name, pattern) for name in names]


def _single_stars(name: list[str], pattern: str) -> list[str]:
    tokens = ["*" if token.startswith("*") else token for token in name]
    if tokens.count("*") > STARS:
        raise TooManyStars(pattern)
    return tokens
