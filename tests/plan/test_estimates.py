from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.plan.estimates import Expected, estimate, outlook, path_seconds
from engine.plan.graph import Graph
from engine.sam.target import Target
from tests.plan.test_states import graph, graphs
from tests.plan.world import make_target


def target(name: str, code_dir: str = "/src", kind: str = "function") -> Target:
    return make_target(code_dir, full_path=name, kind=kind)


def test_what_is_known_is_expected() -> None:
    assert estimate([target("A"), target("B")], {"A": 3.0, "B": 5.0, "Departed": 9.0}) == {"A": 3.0, "B": 5.0}


def test_an_unknown_target_is_like_those_of_its_code_directory_and_makefile() -> None:
    targets = [target("A"), target("B"), target("C"), target("New"), target("Far", "/far")]
    found = estimate(targets, {"A": 1.0, "B": 2.0, "C": 9.0, "Far": 100.0})
    assert found["New"] == 2.0


@pytest.mark.parametrize("change", [{"code_dir": "/other"}, {"makefile": "/other/Makefile"}])
def test_both_must_be_the_same(change: dict[str, Any]) -> None:
    new = target("New")._replace(**change)
    far = [target(f"Far{n}", "/far") for n in range(3)]
    found = estimate([target("A"), *far, new], {"A": 1.0, "Far0": 7.0, "Far1": 7.0, "Far2": 7.0})
    assert found["New"] == 7.0


def test_else_like_those_of_its_kind() -> None:
    targets = [target("A"), target("L", "/layer", "layer"), target("New", "/new", "layer")]
    assert estimate(targets, {"A": 1.0, "L": 8.0})["New"] == 8.0


def test_else_like_all() -> None:
    targets = [target("A"), target("B"), target("C"), target("New", "/new", "layer")]
    assert estimate(targets, {"A": 1.0, "B": 2.0, "C": 60.0})["New"] == 2.0


def test_nothing_known_is_nothing_estimated() -> None:
    assert estimate([target("A")], {}) == {}
    assert estimate([target("A")], {"Departed": 1.0}) == {}
    assert estimate([], {"A": 1.0}) == {}


def test_bytes_stay_whole() -> None:
    assert estimate([target("A"), target("New")], {"A": 7}) == {"A": 7, "New": 7}


def test_nothing_at_all_is_an_amount() -> None:
    assert estimate([target("A"), target("New"), target("B", "/b")], {"A": 0.0, "B": 5.0})["New"] == 0.0


def test_paths_by_hand() -> None:
    found = graph({"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c"), "e": ()})
    seconds = {"a": 1, "b": 2, "c": 5, "d": 1}
    assert path_seconds(found, seconds) == {"a": 7, "b": 3, "c": 6, "d": 1, "e": 0}
    assert outlook(found, seconds)["c"] == Expected(5, 6)


def test_no_outlook_without_knowledge() -> None:
    assert outlook(graph({"a": ()}), {}) == {}


@settings(deadline=None)
@given(graphs(), st.dictionaries(st.sampled_from([f"T{n}" for n in range(12)]), st.floats(0, 1e6)))
def test_a_path_is_the_target_and_the_longest_path_after_it(found: Graph, seconds: dict[str, float]) -> None:
    paths = path_seconds(found, seconds)
    for name in found.order:
        after = [paths[other] for other in found.order if name in found.after[other]]
        assert paths[name] == seconds.get(name, 0.0) + max(after, default=0.0)
