from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.plan.graph import Graph, build_graph
from engine.sam.target import Target
from tests.plan.world import make_target


def target(name: str, *depends_on: str, layers: tuple[str, ...] = (), share: str | None = None) -> Target:
    plain = make_target("/project/src")
    return plain._replace(
        full_path=name,
        make_target=f"build-{name}",
        layers=layers,
        share_key=share,
        properties=plain.properties._replace(depends_on=depends_on),
    )


def graph(*targets: Target, selected: tuple[str, ...] | None = None) -> Graph:
    return build_graph(targets, selected)[1]


def test_independent_targets_keep_the_order_of_the_template() -> None:
    assert graph(target("C"), target("A"), target("B")).order == ("C", "A", "B")


def test_dependencies_come_first() -> None:
    found = graph(target("A", "C"), target("B"), target("C"))
    assert found == Graph(("B", "C", "A"), {"A": ("C",), "B": (), "C": ()}, {"B": (), "C": (), "A": ("C",)})


def test_layers_are_waited_for_but_not_read() -> None:
    found = graph(target("Fn", layers=("Layer", "NotOfThisTemplate")), target("Layer"))
    assert found.order == ("Layer", "Fn")
    assert found.after["Fn"] == ("Layer",)
    assert found.inputs["Fn"] == ()


def test_selection_brings_dependencies_and_layers() -> None:
    targets = (target("A", "B", layers=("L",)), target("B", "C"), target("C"), target("L"), target("X", "A"))
    chosen, found = build_graph(targets, ("A",))
    assert [row.full_path for row in chosen] == ["A", "B", "C", "L"]
    assert found.order == ("C", "B", "L", "A")


def test_followers_run_the_make_target_of_the_first_of_their_definition() -> None:
    chosen, found = build_graph((target("A", share="x"), target("B", share="x"), target("C", share="y")), None)
    assert [row.make_target for row in chosen] == ["build-A", "build-A", "build-C"]
    assert found.after == {"A": (), "B": ("A",), "C": ()}


def test_a_follower_that_is_built_alone_runs_its_own_target() -> None:
    chosen, found = build_graph((target("A", share="x"), target("B", share="x")), ("B",))
    assert [row.make_target for row in chosen] == ["build-B"]
    assert found.after == {"B": ()}


def test_a_ring_is_named_from_its_first_name() -> None:
    with pytest.raises(InputError, match=r"in a ring: A -> B -> C -> A$") as caught:
        graph(target("C", "A"), target("X", "A"), target("B", "C"), target("A", "B"))
    assert [label for label, _ in caught.value.rows] == ["A", "B", "C"]


def test_a_target_that_depends_on_itself_is_a_ring() -> None:
    with pytest.raises(InputError, match=r"in a ring: A -> A$"):
        graph(target("A", "A"))


def test_a_ring_that_is_not_selected_does_not_matter() -> None:
    assert graph(target("A", "B"), target("B", "A"), target("C"), selected=("C",)).order == ("C",)


def test_a_long_chain() -> None:
    names = [f"T{index:05d}" for index in range(3000)]
    chain = [target(name, *names[index + 1 : index + 2]) for index, name in enumerate(names)]
    assert graph(*chain).order == tuple(reversed(names))
