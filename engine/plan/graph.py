"""The dependency graph of the targets: order, selection's closure, cycles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import InputError
from engine.sam.target import Target

if TYPE_CHECKING:
    from networkx import DiGraph


class Graph(NamedTuple):
    """The targets of one build and what each waits for. Plain data: it is marshalled with the trace."""

    order: tuple[str, ...]
    """Full paths, dependencies first, otherwise as in the template."""
    inputs: dict[str, tuple[str, ...]]
    """Target -> the targets whose artifacts it reads (`DependsOn`): their output digests are in its key."""
    after: dict[str, tuple[str, ...]]
    """Target -> every target that must have ended before it: `inputs` and order-only ones."""


def build_graph(targets: tuple[Target, ...], selected: Iterable[str] | None) -> tuple[tuple[Target, ...], Graph]:
    """The targets to build, in template order, and their graph; `selected` None means all of them.

    A selected target brings what it depends on, the layers that it references among them.

    Raises:
        InputError: for a cycle, naming its ring.
    """
    import networkx

    everything = _edges(targets)
    wanted = set(everything) if selected is None else _closure(everything, selected)
    chosen = tuple(target for target in targets if target.full_path in wanted)
    leaders = _leaders(chosen)
    graph = _edges(chosen)
    graph.add_edges_from((leader, name) for name, leader in leaders.items())
    position = {target.full_path: index for index, target in enumerate(chosen)}
    try:
        order = tuple(networkx.lexicographical_topological_sort(graph, key=position.__getitem__))
    except networkx.NetworkXUnfeasible:
        raise _cycle(graph, {target.full_path: target for target in chosen}) from None
    inputs = {target.full_path: target.properties.depends_on for target in chosen}
    after = {name: tuple(sorted(graph.predecessors(name), key=position.__getitem__)) for name in order}
    make_targets = {target.full_path: target.make_target for target in chosen}
    chosen = tuple(
        target._replace(make_target=make_targets[leader], built_as=leader)
        if (leader := leaders.get(target.full_path))
        else target
        for target in chosen
    )
    return chosen, Graph(order, inputs, after)


def _edges(targets: tuple[Target, ...]) -> DiGraph[str]:
    import networkx

    known = {target.full_path for target in targets}
    graph: DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(target.full_path for target in targets)
    for target in targets:
        before = {*target.properties.depends_on, *target.layers} & known
        graph.add_edges_from((name, target.full_path) for name in before)
    return graph


def _leaders(targets: tuple[Target, ...]) -> dict[str, str]:
    """Follower -> the first function of its definition, whose make target alone sam runs for all of them."""
    first: dict[str, str] = {}
    leaders: dict[str, str] = {}
    for target in targets:
        if target.share_key is not None:
            leader = first.setdefault(target.share_key, target.full_path)
            if leader != target.full_path:
                leaders[target.full_path] = leader
    return leaders


def _closure(graph: DiGraph[str], selected: Iterable[str]) -> set[str]:
    import networkx

    names = set(selected)
    return names.union(*(networkx.ancestors(graph, name) for name in names))


def _cycle(graph: DiGraph[str], targets: dict[str, Target]) -> InputError:
    import networkx

    ring = [edge[0] for edge in networkx.find_cycle(graph)]
    ring.reverse()  # an edge runs from a dependency to its dependent; people read "A depends on B"
    start = ring.index(min(ring))
    ring = ring[start:] + ring[:start] + [ring[start]]
    return InputError(
        "Targets depend on each other in a ring: " + " -> ".join(ring),
        rows=tuple((name, f"DependsOn in {targets[name].template}") for name in ring[:-1]),
        hint="take one name out of a BuildProperties.DependsOn of the ring",
    )
