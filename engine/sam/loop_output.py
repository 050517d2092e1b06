"""The output template of a stack with loops: the loops stay, and mappings say where each turn's artifact is."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from engine.sam.cfn_yaml import KeySorted
from engine.sam.local_paths import IMAGE_PATHS, LOCAL_PATHS, get_path, leaf, with_path
from engine.sam.loops import PREFIX, is_loop
from engine.sam.stack import Stack
from engine.sam.symbols import section

Table = dict[object, object]


class _Loop(NamedTuple):
    variable: str
    values: tuple[str, ...]


def with_artifacts(stack: Stack, pointed: Table, built: AbstractSet[str], stack_paths: AbstractSet[str]) -> Table:
    """The template as written, with the artifact paths that `pointed`, the expanded one, has.

    `built` are the full paths with an artifact, `stack_paths` those of the nested stacks.
    """
    writer = _LoopWriter(stack, pointed, built)
    original = dict(stack.written)
    resources: Table = {}
    for key, value in section(original, "Resources").items():
        if is_loop(key):
            resources[key] = writer.loop(str(key), value, (), "")
        elif isinstance(value, dict) and writer.full_path(str(key)) in built | stack_paths:
            resources[key] = writer.plain(str(key), value)
        else:
            resources[key] = value
    original["Resources"] = resources
    if writer.mappings:
        declared = original.get("Mappings")
        original["Mappings"] = {**declared, **writer.mappings} if isinstance(declared, dict) else writer.mappings
    return original


class _LoopWriter:
    def __init__(self, stack: Stack, pointed: Table, built: AbstractSet[str]) -> None:
        self._stack = stack
        self._resources = section(pointed, "Resources")
        self._built = built
        self.mappings: Table = KeySorted()

    def full_path(self, logical_id: str) -> str:
        """`[Stack/]LogicalId`."""
        return f"{self._stack.path}/{logical_id}" if self._stack.path else logical_id

    def plain(self, logical_id: str, resource: Table) -> Table:
        """A resource outside of loops, pointing at its artifact."""
        properties = resource.get("Properties")
        if not isinstance(properties, dict):
            return resource
        for path in _artifact_paths(resource):
            value = self._pointed(logical_id, path)
            if value is not None:
                properties = with_path(properties, path, value)
        return {**resource, "Properties": properties}

    def loop(self, key: str, value: object, outer: tuple[_Loop, ...], nesting: str) -> object:
        """A loop whose resources look their artifact up in `mappings`, which this adds to."""
        if not isinstance(value, list) or len(value) < 3:
            return value
        variable, collection, body = value[:3]
        if not isinstance(variable, str) or not isinstance(body, dict):
            return value
        loop = _Loop(variable, self._values(collection))
        path = nesting + key.removeprefix(PREFIX)
        counts = _dynamic_counts(body, loop)
        new_body = {
            name: self.loop(str(name), item, (*outer, loop), path)
            if is_loop(name)
            else self._resource(str(name), item, (*outer, loop), path, counts)
            for name, item in body.items()
        }
        return [variable, collection, new_body, *value[3:]]

    def _resource(
        self, name: str, resource: object, loops: tuple[_Loop, ...], nesting: str, counts: Counter[str]
    ) -> object:
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        if not isinstance(resource, dict) or not isinstance(properties, dict):
            return resource
        for path in _present_paths(resource, properties):
            if loops[-1].values and mentions(get_path(properties, path), loops[-1].variable):
                suffix = _alphanumeric(name) if counts[leaf(path)] > 1 else ""
                value = self._lookup(name, path, loops, f"SAM{leaf(path)}{nesting}{suffix}", properties)
            else:
                value = self._first(name, path, loops)
            if value is not None:
                properties = with_path(properties, path, value)
        return {**resource, "Properties": properties}

    def _lookup(self, name: str, path: str, loops: tuple[_Loop, ...], mapping: str, properties: Table) -> object | None:
        """The `Fn::FindInMap` that gives the artifact of each turn; None where no turn has one."""
        used = [loop for loop in loops[:-1] if mentions(get_path(properties, path), loop.variable)]
        keyed = [*used, loops[-1]]
        rows: Table = KeySorted()
        for turn in _turns((loops[-1], *loops[:-1])):
            value = self._built_value(_named(name, turn), path)
            key = "-".join(turn[loop.variable] for loop in keyed)
            if value is not None:
                rows.setdefault(key, {leaf(path): value})
        if not rows:
            return None
        self.mappings[mapping] = rows
        refs: list[object] = [{"Ref": loop.variable} for loop in keyed]
        key_value = {"Fn::Join": ["-", refs]} if used else refs[0]
        return {"Fn::FindInMap": [mapping, key_value, leaf(path)]}

    def _first(self, name: str, path: str, loops: tuple[_Loop, ...]) -> object | None:
        """The artifact of the first turn, where all turns have one path; None where it has none."""
        if not all(loop.values for loop in loops):
            return None
        return self._built_value(_named(name, {loop.variable: loop.values[0] for loop in loops}), path)

    def _built_value(self, logical_id: str, path: str) -> object | None:
        return self._pointed(logical_id, path) if self.full_path(logical_id) in self._built else None

    def _pointed(self, logical_id: str, path: str) -> object | None:
        resource = self._resources.get(logical_id)
        return get_path(resource.get("Properties"), path) if isinstance(resource, dict) else None

    def _values(self, collection: object) -> tuple[str, ...]:
        if isinstance(collection, list):
            return tuple(str(item) for item in collection if item is not None)
        name = collection.get("Ref") if isinstance(collection, dict) else None
        if not isinstance(name, str):
            return ()
        declared = section(self._stack.written, "Parameters").get(name)
        default = declared.get("Default") if isinstance(declared, dict) else None
        given = self._stack.overrides.get(name)
        value = given if isinstance(given, (list, str)) else default
        if isinstance(value, str):
            return tuple(item.strip() for item in value.split(","))
        return tuple(str(item) for item in value) if isinstance(value, list) else ()


def mentions(value: object, variable: str) -> bool:
    """Whether a value depends on a loop variable."""
    if isinstance(value, str):
        return "${" + variable + "}" in value
    if isinstance(value, list):
        return any(mentions(item, variable) for item in value)
    if not isinstance(value, dict):
        return False
    return value.get("Ref") == variable or any(mentions(item, variable) for item in value.values())


def _artifact_paths(resource: Table) -> tuple[str, ...]:
    kind = resource.get("Type")
    if not isinstance(kind, str):
        return ()
    return (*LOCAL_PATHS.get(kind, ()), *((IMAGE_PATHS[kind],) if kind in IMAGE_PATHS else ()))


def _present_paths(resource: Table, properties: Table) -> list[str]:
    """Artifact properties that are given; of `Code` and `Code.ImageUri` the longer one."""
    present = [path for path in _artifact_paths(resource) if get_path(properties, path) is not None]
    return [path for path in present if not any(other.startswith(f"{path}.") for other in present)]


def _dynamic_counts(body: Table, loop: _Loop) -> Counter[str]:
    """How many resources of one loop body have a property of that name that depends on the loop."""
    counts: Counter[str] = Counter()
    for name, resource in body.items():
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        if is_loop(name) or not isinstance(resource, dict) or not isinstance(properties, dict) or not loop.values:
            continue
        paths = _present_paths(resource, properties)
        counts.update(leaf(path) for path in paths if mentions(get_path(properties, path), loop.variable))
    return counts


def _turns(loops: tuple[_Loop, ...]) -> Iterator[dict[str, str]]:
    for values in itertools.product(*(loop.values for loop in loops)):
        yield {loop.variable: value for loop, value in zip(loops, values, strict=True)}


def _named(name: str, turn: dict[str, str]) -> str:
    for variable, value in turn.items():
        name = name.replace("${" + variable + "}", value)
    return name


def _alphanumeric(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9]", "", re.sub(r"\$\{[^}]*\}", "", name))
