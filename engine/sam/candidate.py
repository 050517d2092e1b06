"""What a resource identifier on the command line can mean, and the resources that make does not build."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple


class Unsupported(NamedTuple):
    """A resource that sam would build, but not with make. Plain data."""

    full_path: str
    logical_id: str
    resource_id: str
    """The identity in `--output json`."""
    kind: Literal["function", "layer"]
    reason: str
    """In sam's own words where it has some, else half a sentence: `Runtime python3.12 needs the python builder`."""
    template: str
    line: int | None
    sam_type: str | None = None
    """sam's error where it refuses the resource too, None where it has the builder."""
    meant: str | None = None
    """A BuildMethod that is spelt nearly like the given one."""


class Candidate(NamedTuple):
    """A function or layer that sam knows by name, built or not. Plain data."""

    full_path: str
    """`[Stack/]LogicalId`."""
    sam_path: str
    """`[Stack/]SamResourceId`: what sam itself calls the full path."""
    names: tuple[str, ...]
    """Bare names: SamResourceId, logical id and, of a function, FunctionName."""
    kind: Literal["function", "layer"]
    state: Literal["target", "unsupported", "skipped"]
    reason: str
    """Why it is not a target; empty for one that is."""
    is_inline: bool
    """Whether its code is in the template: sam does not list such functions as options."""
    lacks_build_method: bool
    """Whether it is a layer without `Metadata.BuildMethod`."""


class Match(NamedTuple):
    """What an identifier stands for."""

    found: tuple[Candidate, ...]
    """A function, a layer, or both where they share a name; empty where nothing has it."""
    ambiguous: tuple[str, ...]
    """Full paths of all functions that the identifier could mean, where there are several; the first one is found."""


def find(candidates: Sequence[Candidate], identifier: str) -> Match:
    """What sam takes `identifier` for: an exact full path first, else any name, the first by lower-cased path."""
    functions = [row for row in candidates if row.kind == "function"]
    exact = [row for row in functions if identifier in (row.full_path, row.sam_path)][:1]
    named = sorted((row for row in functions if identifier in row.names), key=lambda row: row.sam_path.lower())
    layers = [row for row in candidates if row.kind == "layer" and identifier in (*_paths(row), *row.names)]
    ambiguous = () if exact or len(named) < 2 else tuple(row.full_path for row in named)
    return Match((*(exact or named[:1]), *layers[:1]), ambiguous)


def options(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Logical ids that sam lists as possible options: functions, then layers, without inline functions."""
    listed = sorted((row for row in candidates if not row.is_inline), key=lambda row: row.kind != "function")
    return tuple(row.full_path.rpartition("/")[2] for row in listed)


def _paths(row: Candidate) -> tuple[str, str]:
    return row.full_path, row.sam_path
