"""The templates that a build leaves: each stack's, pointing at its artifacts, moved into the build directory."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from engine.errors import InputError
from engine.sam.dump import dump
from engine.sam.local_paths import relocated
from engine.sam.metadata import NESTED_STACK_TYPES, resource_id
from engine.sam.stack import Resource, Stack
from engine.sam.survey import CODE_PROPERTY, Definition

Table = dict[object, object]


def output_template(build_dir: str, stack_path: str) -> str:
    """Absolute path of a stack's output template."""
    return os.path.join(build_dir, *stack_path.split("/"), "template.yaml")


def output_templates(
    build_dir: str,
    stacks: Sequence[Stack],
    definitions: Sequence[Definition],
    artifacts: Mapping[str, str],
    *,
    raw_uris: bool,
) -> dict[str, bytes]:
    """YAML bytes by absolute path of all output templates, the root's first.

    `artifacts` maps full paths of targets to absolute artifact directories; what is not in it keeps pointing at its
    source. `raw_uris` says that `--base-dir` was given.
    """
    writer = _Writer(build_dir, stacks, definitions, artifacts, raw_uris=raw_uris)
    return {output_template(build_dir, stack.path): _dumped(stack, writer.template(stack)) for stack in stacks}


def _dumped(stack: Stack, template: Table) -> bytes:
    try:
        return dump(template)
    except UnicodeEncodeError as error:
        raise InputError(
            f"The output template would name a path that is not UTF-8: {error.object!r:.200}",
            rows=(("template", stack.location),),
            hint="rename the folder, or build from it: `--build-dir` below the template needs no such path",
        ) from None


class _Writer:
    def __init__(
        self,
        build_dir: str,
        stacks: Sequence[Stack],
        definitions: Sequence[Definition],
        artifacts: Mapping[str, str],
        *,
        raw_uris: bool,
    ) -> None:
        self._build_dir = build_dir
        self._stacks = {stack.path: stack for stack in stacks}
        self._definitions = {definition.target.full_path: definition for definition in definitions}
        self._artifacts = artifacts
        self._raw_uris = raw_uris

    def template(self, stack: Stack) -> Table:
        """The output template of a stack as data."""
        pointed = dict(stack.template)
        pointed["Resources"] = {key: self._resource(stack, key, value) for key, value in stack.resources().items()}
        if stack.template is not stack.written:
            from engine.sam.loop_output import with_artifacts

            built = {path for path in self._artifacts if path in self._definitions}
            pointed = with_artifacts(stack, pointed, built, frozenset(self._stacks))
        destination = os.path.dirname(output_template(self._build_dir, stack.path))
        return relocated(pointed, os.path.dirname(stack.location), destination)

    def _resource(self, stack: Stack, logical_id: str, resource: Table) -> Table:
        full_path = _joined(stack.path, logical_id)
        kind = resource.get("Type")
        if full_path in self._artifacts and full_path in self._definitions:
            return self._built(stack, resource, self._definitions[full_path].resource, self._artifacts[full_path])
        if isinstance(kind, str) and kind in NESTED_STACK_TYPES:
            child = _joined(stack.path, resource_id(resource, logical_id, stack.lines))
            if child in self._stacks:
                return self._nested(stack, logical_id, resource, child)
        return resource

    def _built(self, stack: Stack, resource: Table, resolved: Resource, artifact: str) -> Table:
        name = CODE_PROPERTY[resolved.type]
        properties = _properties(resource)
        is_function = resolved.type in ("AWS::Serverless::Function", "AWS::Lambda::Function")
        if not is_function or properties.get("PackageType", "Zip") == "Zip":
            properties[name] = _relative(artifact, stack)
        return _pointed(resource, properties, self._metadata(stack, resolved))

    def _metadata(self, stack: Stack, resolved: Resource) -> Table:
        context = resolved.metadata.get("DockerContext")
        if self._raw_uris or not isinstance(context, str):
            return resolved.metadata
        metadata = type(resolved.metadata)(resolved.metadata)
        metadata["DockerContext"] = os.path.normpath(os.path.join(stack.directory, context))
        return metadata

    def _nested(self, stack: Stack, logical_id: str, resource: Table, child: str) -> Table:
        place = NESTED_STACK_TYPES[str(resource.get("Type"))]
        resolved, _ = stack.resource_of(logical_id, resource, ())
        properties = _properties(resource)
        properties[place] = _relative(output_template(self._build_dir, child), stack)
        return _pointed(resource, properties, resolved.metadata)


def _properties(resource: Table) -> Table:
    declared = resource.get("Properties", {})
    return type(declared)(declared) if isinstance(declared, dict) else {}


def _pointed(resource: Table, properties: Table, metadata: Table) -> Table:
    copy = type(resource)(resource)
    if metadata:
        copy["Metadata"] = metadata
    copy["Properties"] = properties
    return copy


def _relative(path: str, stack: Stack) -> str:
    return os.path.relpath(os.path.realpath(path), os.path.realpath(os.path.dirname(stack.location)))


def _joined(stack_path: str, name: str) -> str:
    return f"{stack_path}/{name}" if stack_path else name
