"""Links stay inside their tree, by the kernel's rules and not by their words alone."""

from __future__ import annotations

import pytest

from cache.links import MAX_STEPS, outward_link


@pytest.mark.parametrize(
    "links",
    [
        {"l": "file"},
        {"a/l": "../file"},
        {"a/b/l": "../.."},
        {"l": "a/../b"},
        {"l": "./a//b/."},
        {"l": "l"},  # a loop resolves to nothing
        {"l": "m/..", "m": "l/.."},
        {"a/up": "..", "l": "a/up/file"},
        {"a/up": "..", "l": "a/up/a/../file"},
    ],
)
def test_links_that_stay_inside(links: dict[str, str]) -> None:
    assert outward_link(links) is None


@pytest.mark.parametrize(
    ("links", "outward"),
    [
        ({"l": "/etc/passwd"}, "l"),
        ({"l": ".."}, "l"),
        ({"a/l": "../../file"}, "a/l"),
        ({"a/l": "b/../../../file"}, "a/l"),
        ({"a/up": "..", "l": "a/up/.."}, "l"),  # words alone say `a`
        ({"a/b/c/top": "../../..", "a/b/l": "c/top/../x"}, "a/b/l"),
        ({"inner": "a/b", "a/b": "..", "l": "inner/../x"}, "l"),
    ],
)
def test_links_that_leave(links: dict[str, str], outward: str) -> None:
    assert outward_link(links) == outward


def test_links_too_tangled_to_follow_count_as_leaving() -> None:
    knot = "x/../" * 800 + "l0"
    links = {f"l{n}": knot for n in range(MAX_STEPS // (1600 * 40) + 2)}
    assert outward_link(links) is not None
