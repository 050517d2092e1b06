"""Walks along two contents and explains each place where they part, until one is not explained."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from engine.verify.content import Content, common_length
from engine.verify.difference import Finding, Kind

_MOST_STEPS = 20_000
_SHOWN_BYTES = 12


class Step(NamedTuple):
    """An explained difference."""

    kind: Kind
    detail: str
    ends: tuple[int, int]
    """Where the walk goes on in each content: beyond the difference."""
    weak: bool = False
    """Whether it follows from another difference, and is one of its own only where there is no other."""


Explainer = Callable[[Content, int, Content, int], Step | None]
"""(first, offset, second, offset) of two bytes that differ, or of an end -> what they are part of; None: unknown."""


def walk(first: Content, second: Content, explainers: Iterable[Explainer]) -> list[Finding]:
    """The first finding of each kind; the last is of the kind `content` where something stays unexplained."""
    at, other = 0, 0
    found: dict[tuple[bool, Kind], Finding] = {}
    for _ in range(_MOST_STEPS):
        run = common_length(first[at:], second[other:])
        at, other = at + run, other + run
        if at == len(first) and other == len(second):
            return _strong(found)
        step = next((step for explain in explainers if (step := explain(first, at, second, other))), None)
        if step is None:
            break
        found.setdefault((step.weak, step.kind), Finding(step.kind, step.detail, offset=at))
        at, other = step.ends
    return [*_strong(found, certain=True), Finding(Kind.CONTENT, _bytes_shown(first, at, second, other), offset=at)]


def _strong(found: dict[tuple[bool, Kind], Finding], *, certain: bool = False) -> list[Finding]:
    """Without the weak ones, unless nothing else is left (`certain`: something else is)."""
    strong = [finding for (weak, _), finding in found.items() if not weak]
    return strong if strong or certain else list(found.values())


def _bytes_shown(first: Content, at: int, second: Content, other: int) -> str:
    shown = [
        repr(bytes(content[start : start + _SHOWN_BYTES]))[1:] if start < len(content) else "the end"
        for content, start in ((first, at), (second, other))
    ]
    return ", then ".join(shown)
