"""What targets are expected to take: what is remembered, else what their like took; and what lies ahead of each."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from engine.plan.graph import Graph
from engine.sam.target import Target

Amount = TypeVar("Amount", int, float)

UNKNOWN_SECONDS = 1.0
"""For every target where nothing is known of any: then only numbers of targets count."""


class Expected(NamedTuple):
    """What is expected of one target of a build."""

    seconds: float
    """Its own make run."""
    path_seconds: float
    """The longest path from its start to the end of the build, itself included."""


def estimate(targets: Iterable[Target], known: Mapping[str, Amount]) -> dict[str, Amount]:
    """Amounts by full path: what is `known` of a target, else the median of its nearest known like.

    Those are targets of the same makefile and code directory, else of the same kind, else all. Nothing is estimated
    where nothing is known of any of `targets`.
    """
    everything = tuple(targets)
    likenesses: tuple[Callable[[Target], Hashable], ...] = (_sources, _kind, _nothing)
    usual = [(likeness, _medians(everything, known, likeness)) for likeness in likenesses]
    found: dict[str, Amount] = {}
    for target in everything:
        like = [medians[likeness(target)] for likeness, medians in usual if likeness(target) in medians]
        if target.full_path in known:
            found[target.full_path] = known[target.full_path]
        elif like:
            found[target.full_path] = like[0]
    return found


def path_seconds(graph: Graph, seconds: Mapping[str, float]) -> dict[str, float]:
    """The longest expected path of each target to the end of the build, itself included."""
    longest = dict.fromkeys(graph.order, 0.0)
    for name in reversed(graph.order):
        longest[name] += seconds.get(name, 0.0)
        for before in graph.after[name]:
            longest[before] = max(longest[before], longest[name])
    return longest


def outlook(graph: Graph, seconds: Mapping[str, float]) -> dict[str, Expected]:
    """What is expected of each target of `graph`; empty where nothing is known."""
    if not seconds:
        return {}
    paths = path_seconds(graph, seconds)
    return {name: Expected(seconds.get(name, 0.0), paths[name]) for name in graph.order}


def _sources(target: Target) -> Hashable:
    return target.makefile, target.code_dir


def _kind(target: Target) -> Hashable:
    return target.kind


def _nothing(target: Target) -> Hashable:
    return None


def _medians(
    targets: Iterable[Target], known: Mapping[str, Amount], likeness: Callable[[Target], Hashable]
) -> dict[Hashable, Amount]:
    """The upper median of what is known, by likeness."""
    amounts: dict[Hashable, list[Amount]] = {}
    for target in targets:
        if target.full_path in known:
            amounts.setdefault(likeness(target), []).append(known[target.full_path])
    return {like: sorted(found)[len(found) // 2] for like, found in amounts.items()}
