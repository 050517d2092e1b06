from __future__ import annotations

from typing import Literal

import pytest

from engine.sam.candidate import Candidate, find, options


def candidate(
    full_path: str, *names: str, kind: Literal["function", "layer"] = "function", sam: str = "", inline: bool = False
) -> Candidate:
    return Candidate(full_path, sam or full_path, names, kind, "target", "", inline, False)


ROWS = (
    candidate("Fn", "Fn", "called"),
    candidate("b/Fn", "Fn"),
    candidate("A/Fn", "Fn"),
    candidate("Inline", "Inline", inline=True),
    candidate("Named", "Mine", "Named", sam="Mine"),
    candidate("Lay", "Lay", kind="layer"),
    candidate("x/Lay", "Lay", kind="layer"),
    candidate("Both", "Both"),
    candidate("y/Both", "Both", kind="layer"),
)


@pytest.mark.parametrize(
    ("identifier", "found", "ambiguous"),
    [
        ("Fn", ["Fn"], ()),
        ("b/Fn", ["b/Fn"], ()),
        ("called", ["Fn"], ()),
        ("Mine", ["Named"], ()),
        ("Named", ["Named"], ()),
        ("Lay", ["Lay"], ()),
        ("x/Lay", ["x/Lay"], ()),
        ("Both", ["Both", "y/Both"], ()),
        ("nothing", [], ()),
        ("fn", [], ()),
    ],
)
def test_what_an_identifier_means(identifier: str, found: list[str], ambiguous: tuple[str, ...]) -> None:
    match = find(ROWS, identifier)
    assert [row.full_path for row in match.found] == found
    assert match.ambiguous == ambiguous


def test_first_by_lower_cased_path_where_no_full_path_is_meant() -> None:
    match = find(ROWS[1:], "Fn")
    assert [row.full_path for row in match.found] == ["A/Fn"]
    assert match.ambiguous == ("A/Fn", "b/Fn")


def test_options_are_functions_then_layers_without_inline_code() -> None:
    assert options(ROWS) == ("Fn", "Fn", "Fn", "Named", "Both", "Lay", "Lay", "Both")
