"""Names in one target that mean another target: `DependsOn`, referenced layers; and names that collide."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from engine.errors import InputError
from engine.sam.candidate import Candidate
from engine.sam.stack import Stack
from engine.sam.survey import Definition, Survey


def linked(survey: Survey, stacks: Sequence[Stack]) -> tuple[Definition, ...]:
    """The definitions with every name of another target as its full path.

    Raises InputError: a `DependsOn` that names no target, two resources with one artifact directory or identity.
    """
    _check_places(survey.definitions, stacks)
    known = {definition.target.full_path: definition for definition in survey.definitions}
    return tuple(_linked(definition, known, survey) for definition in survey.definitions)


def _linked(definition: Definition, known: dict[str, Definition], survey: Survey) -> Definition:
    target = definition.target
    layers = tuple(path for path in target.layers if path in known and known[path].target.kind == "layer")
    named = (_full_path(name, definition, known, survey) for name in target.properties.depends_on)
    depends_on = tuple(dict.fromkeys(named))
    properties = target.properties._replace(depends_on=depends_on)
    return definition._replace(target=target._replace(layers=layers, properties=properties))


def _full_path(name: str, definition: Definition, known: dict[str, Definition], survey: Survey) -> str:
    """The target that a name means: a neighbour in the same template first, then a full path of the application."""
    prefix = f"{definition.stack.path}/" if definition.stack.path else ""
    for path in (prefix + name, name):
        if path in known:
            return path
    for other in known.values():
        if other.target.resource_id in (prefix + name, name):
            return other.target.full_path
    raise _unknown(name, definition, known, survey.candidates)


def _unknown(name: str, definition: Definition, known: dict[str, Definition], rows: Sequence[Candidate]) -> InputError:
    prefix = f"{definition.stack.path}/" if definition.stack.path else ""
    where = ("Resources", definition.target.logical_id, "Metadata", "BuildProperties", "DependsOn")
    for row in rows:
        if row.full_path in (prefix + name, name):
            message = f"DependsOn names {name}, which make does not build: {row.reason}"
            return definition.stack.lines.error(message, where)
    near = get_close_matches(name, [path.removeprefix(prefix) for path in known], 3)
    hint = f"is {' or '.join(near)} meant?" if near else "name a function or layer that make builds"
    return definition.stack.lines.error(f"DependsOn names {name}, which is not in the template", where, hint=hint)


def _check_places(definitions: Sequence[Definition], stacks: Sequence[Stack]) -> None:
    folders = {stack.path: stack for stack in stacks}
    if len(folders) != len(stacks):
        paths = [stack.path for stack in stacks]
        twice = next(path for path in paths if paths.count(path) > 1)
        raise InputError(f"Two nested stacks have the path {twice}", hint="give each its own SamResourceId")
    outputs = {f"{path}/template.yaml".lstrip("/") for path in folders}
    artifacts: set[str] = set()
    identities: set[str] = set()
    for definition in definitions:
        path, identity = definition.target.full_path, definition.target.resource_id
        if path in folders or path in outputs or path in artifacts:
            raise _collision(definition, f"The artifact directory of {path} is also that of another resource")
        if identity in identities:
            raise _collision(definition, f"Two resources have the SamResourceId {identity}")
        artifacts.add(path)
        identities.add(identity)


def _collision(definition: Definition, message: str) -> InputError:
    return definition.stack.lines.error(message, ("Resources", definition.target.logical_id))
