"""The stacks of an application: the root template and, below it, every nested template that is a local file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from engine.errors import InputError
from engine.sam.document import read_template
from engine.sam.globals_section import check_globals, globals_for, merge, misspelt
from engine.sam.intrinsics import Resolver
from engine.sam.locate import Lines
from engine.sam.metadata import NESTED_STACK_TYPES, Normalised
from engine.sam.symbols import Symbols, Unresolvable

STACK_LIMIT = 1000
"""Most stacks of one application."""

_NAME_LIMIT_BYTES = 255
_FOREACH = "Fn::ForEach::"
_REMOTE = ("s3://", "http://", "https://")


class Resource(NamedTuple):
    """A resource that matters to the build, with its intrinsics evaluated."""

    logical_id: str
    resource_id: str
    """What sam calls it: `SamResourceId` or construct id, mostly the logical id."""
    type: str
    properties: dict[object, object]
    """The properties that were asked for."""
    metadata: dict[object, object]


class Sources:
    """Reads the templates of one application, each once, and remembers what was looked at."""

    def __init__(self, cwd: str) -> None:
        self._cwd = cwd
        self._templates: dict[str, object] = {}
        self.inputs: dict[str, None] = {}
        """Absolute paths of all files that were read or found missing, in order."""

    def template(self, path: str) -> dict[object, object]:
        """The template at `path`. Raises InputError where it is missing or no mapping."""
        self.inputs[path] = None
        if path not in self._templates:
            self._templates[path] = read_template(path)
        template = self._templates[path]
        if not isinstance(template, dict):
            what = "is empty" if template is None else "is not a mapping"
            raise InputError(f"Failed to parse template: the document {what}", rows=(("template", path),))
        return template

    def include(self, location: str) -> object:
        """The document of an `AWS::Include`, relative to the working directory as in sam.

        Raises Unresolvable where it is not a local file that can be parsed.
        """
        if location.startswith(_REMOTE):
            raise Unresolvable("the included file is remote")
        path = os.path.normpath(os.path.join(self._cwd, location))
        self.inputs[path] = None
        try:
            return read_template(path)
        except InputError as error:
            raise Unresolvable(error.message) from None


class Stack:
    """One template in one place of the application."""

    def __init__(
        self, path: str, location: str, template: dict[object, object], overrides: dict[str, object], sources: Sources
    ) -> None:
        self.path = path
        """`""` for the root, else `Child` or `Child/Grandchild`."""
        self.location = location
        """Absolute path of the template."""
        self.written = template
        """The template as its author wrote it."""
        self.template = template
        """The template with its loops expanded."""
        self.overrides = overrides
        """Values of parameters that the command line or the parent stack gives."""
        self.lines = Lines(location)
        self._sources = sources
        self._resolver: Resolver | None = None

    @property
    def directory(self) -> str:
        """Absolute directory that relative code paths count from: that of the template, where it really lies."""
        location = os.path.realpath(self.location) if os.path.islink(self.location) else self.location
        return os.path.dirname(location)

    def resources(self) -> dict[str, dict[object, object]]:
        """The resources as written, by logical id.

        Raises InputError where the section or one of them is malformed.
        """
        section = self.template.get("Resources")
        if not isinstance(section, dict) or not section:
            raise self.lines.error("'Resources' section is required", ("Resources",))
        return {self._logical_id(key, value): value for key, value in section.items()}

    def resource_of(
        self, logical_id: str, resource: dict[object, object], wanted: tuple[str, ...]
    ) -> tuple[Resource, list[str]]:
        """The resource with `wanted` properties evaluated, and what is to be warned of.

        Raises InputError where its metadata or properties are no mapping.
        """
        kind = str(resource.get("Type"))
        declared = resource.get("Properties", {})
        if not isinstance(declared, dict):
            raise self.lines.error(
                f"Resource with id [{logical_id}] is invalid. Properties of a resource must be an object.",
                ("Resources", logical_id, "Properties"),
            )
        if kind.startswith("AWS::Serverless::") and (meant := misspelt(declared)):
            raise self.lines.error(
                f"Resource with id [{logical_id}] is invalid. "
                f"property {meant[0]} not defined for resource of type {kind}",
                ("Resources", logical_id, "Properties", meant[0]),
                hint=f"is {meant[1]} meant?",
            )
        shared = globals_for(self.template, kind)
        merged = dict(resource)
        merged["Properties"] = merge(shared, declared, resource.get("IgnoreGlobals"))
        normal = Normalised(merged, logical_id, self.lines)
        metadata = self.resolver.entry(normal.metadata)
        if not isinstance(metadata, dict):
            raise self.lines.error("Metadata must be a mapping", ("Resources", logical_id, "Metadata"))
        properties = self._evaluated(normal.properties, wanted)
        return Resource(logical_id, normal.resource_id, kind, properties, metadata), normal.warnings

    @property
    def resolver(self) -> Resolver:
        """Evaluates the intrinsics of this stack."""
        if self._resolver is None:
            symbols = Symbols(self.template, self.overrides)
            self._resolver = Resolver(self.template, symbols, self._sources.include)
        return self._resolver

    def _evaluated(self, properties: dict[object, object], wanted: tuple[str, ...]) -> dict[object, object]:
        first = next(iter(properties), None)
        if isinstance(first, str) and (first.startswith("Fn::") or first == "Ref"):
            whole = self.resolver.entry(properties)
            return whole if isinstance(whole, dict) else {}
        return {name: self.resolver.entry(properties[name]) for name in wanted if name in properties}

    def _logical_id(self, key: object, resource: object) -> str:
        if isinstance(key, str) and key.startswith(_FOREACH):
            raise self.lines.error(
                f"The template uses {key}, which is expanded only with language extensions",
                ("Resources", key),
                hint="pass --language-extensions (and list AWS::LanguageExtensions under Transform)",
            )
        if not isinstance(resource, dict):
            raise self.lines.error(
                f"Resource with id [{key}] is invalid. All 'Resources' must be Objects. "
                "If you're using YAML, this may be an indentation issue.",
                ("Resources", str(key)),
            )
        kind = resource.get("Type")
        alphanumeric = isinstance(key, str) and key.isascii() and key.isalnum()
        if not alphanumeric and isinstance(kind, str) and kind.startswith("AWS::Serverless::"):
            raise self._bad_id(key, "Logical ids must be alphanumeric.")
        if not isinstance(key, str):
            raise self._bad_id(key, "Logical ids must be text: quote it.")
        return key

    def _bad_id(self, key: object, reason: str) -> InputError:
        return self.lines.error(f"Resource with id [{key}] is invalid. {reason}", ("Resources", str(key)))


class Nest(NamedTuple):
    """All stacks, parents before children, and what is to be told about those that were left out."""

    stacks: tuple[Stack, ...]
    warnings: tuple[str, ...]


def load_stacks(root: str, sources: Sources, overrides: dict[str, object], region: str | None, *, loops: bool) -> Nest:
    """The root stack and all local nested ones, depth first in the order of declaration, as sam lists them.

    `overrides` are those of the command line: they reach the root only; `region` reaches every stack.
    Raises InputError: malformed template, missing nested template, a template that nests itself.
    """
    nest = _Nesting(sources, region, loops)
    nest.add("", root, overrides, ())
    return Nest(tuple(nest.stacks), (*nest.warnings, *nest.remote_warning()))


class _Nesting:
    def __init__(self, sources: Sources, region: str | None, loops: bool) -> None:
        self._sources = sources
        self._shared: dict[str, object] = {"AWS::Region": region} if region else {}
        self._loops = loops
        self.stacks: list[Stack] = []
        self.warnings: list[str] = []
        self._remote: list[str] = []

    def add(self, path: str, location: str, given: dict[str, object], above: tuple[str, ...]) -> None:
        if len(self.stacks) >= STACK_LIMIT:
            raise InputError(f"The application has more than {STACK_LIMIT} stacks", rows=(("template", location),))
        template = self._sources.template(location)
        stack = Stack(path, location, template, {**self._shared, **given}, self._sources)
        if self._loops:
            from engine.sam.loops import expanded

            stack.template = expanded(stack)
        check_globals(stack.template, stack.lines)
        self.stacks.append(stack)
        for child in self._children(stack):
            self._enter(stack, *child, (*above, os.path.realpath(location)))

    def _children(self, stack: Stack) -> Iterator[tuple[Resource, str]]:
        for logical_id, resource in stack.resources().items():
            place = NESTED_STACK_TYPES.get(str(resource.get("Type")))
            if place is None:
                continue
            nested, warnings = stack.resource_of(logical_id, resource, (place, "Parameters"))
            self.warnings += warnings
            location = nested.properties.get(place)
            if isinstance(location, dict) or (isinstance(location, str) and location.startswith(_REMOTE)):
                self._remote.append(_joined(stack.path, logical_id))
            elif isinstance(location, str) and location:
                yield nested, location
            else:
                message = f"The nested stack {logical_id} has no {place} that is a path"
                raise stack.lines.error(message, ("Resources", logical_id, "Properties", place))

    def _enter(self, stack: Stack, nested: Resource, location: str, above: tuple[str, ...]) -> None:
        where = ("Resources", nested.logical_id)
        path = _local_path(stack, location)
        if not os.path.exists(path):
            raise stack.lines.error(f"Template file not found at {path}", where)
        if os.path.realpath(path) in above:
            ring = [*above[above.index(os.path.realpath(path)) :], os.path.realpath(path)]
            raise stack.lines.error("A template nests itself", where, rows=(("ring", " -> ".join(ring)),))
        if not is_path_component(nested.resource_id):
            raise stack.lines.error(f"The id {nested.resource_id!r} cannot name a folder of the build directory", where)
        parameters = nested.properties.get("Parameters")
        given = {str(key): value for key, value in parameters.items()} if isinstance(parameters, dict) else {}
        self.add(_joined(stack.path, nested.resource_id), path, given, above)

    def remote_warning(self) -> tuple[str, ...]:
        """The warning about the nested stacks that are not local files, if there are any."""
        if not self._remote:
            return ()
        listed = "\n".join(f"- {path}" for path in self._remote)
        message = (
            f"Below nested stacks(s) specify non-local URL(s), which are unsupported:\n{listed}\n"
            "Skipping building resources inside these nested stacks."
        )
        return (message,)


def is_path_component(name: str) -> bool:
    """Whether `name` can be one folder below the build directory."""
    is_plain = name not in ("", ".", "..") and "/" not in name and "\0" not in name
    return is_plain and len(name.encode(errors="replace")) <= _NAME_LIMIT_BYTES


def _local_path(stack: Stack, location: str) -> str:
    if location.startswith("file://"):
        from urllib.parse import unquote, urlparse

        return os.path.normpath(unquote(urlparse(location).path))
    return os.path.normpath(os.path.join(stack.directory, location))


def _joined(stack_path: str, name: str) -> str:
    return f"{stack_path}/{name}" if stack_path else name
