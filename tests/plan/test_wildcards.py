"""Patterns that a regular expression would try for ever are told apart from those that people write."""

from __future__ import annotations

import pytest

from engine.plan.wildcards import TooManyStars, bounded


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("*.py", "*.py"),
        ("**/x/**", "**/x/**"),
        ("a***b", "a*b"),
        ("a**b/**", "a*b/**"),
        ("**/**/**/x", "**/x"),
        ("\\***", "\\**"),
        ("[*][**]", "[*][**]"),
        ("!/a/", "!/a/"),
        ("", ""),
        ("*a*b*c*", "*a*b*c*"),
    ],
)
def test_what_means_the_same_is_said_once(pattern: str, kept: str) -> None:
    assert bounded(pattern) == kept


@pytest.mark.parametrize("pattern", ["*a*a*a*a*", "**/a/" * 5, "x/?*[a]*\\**b*c*"])
def test_more_stars_than_anyone_needs_are_refused(pattern: str) -> None:
    with pytest.raises(TooManyStars, match="more than 4 stars"):
        bounded(pattern)
