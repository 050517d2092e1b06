"""Properties of a template that hold the path of a local file, and moving a template to another directory.

The list is that of `aws cloudformation package`, as sam-cli keeps it.
"""

from __future__ import annotations

import os
from collections.abc import Callable

_MAPPED = ("RequestMappingTemplateS3Location", "ResponseMappingTemplateS3Location", "CodeS3Location")

LOCAL_PATHS: dict[str, tuple[str, ...]] = {
    "AWS::Serverless::GraphQLApi": ("SchemaUri", "CodeUri"),
    "AWS::Serverless::Function": ("CodeUri",),
    "AWS::Serverless::WebFunction": ("CodeUri",),
    "AWS::Serverless::Api": ("DefinitionUri",),
    "AWS::Serverless::HttpApi": ("DefinitionUri",),
    "AWS::Serverless::StateMachine": ("DefinitionUri",),
    "AWS::AppSync::GraphQLSchema": ("DefinitionS3Location",),
    "AWS::AppSync::Resolver": _MAPPED,
    "AWS::AppSync::FunctionConfiguration": _MAPPED,
    "AWS::Lambda::Function": ("Code",),
    "AWS::ApiGateway::RestApi": ("BodyS3Location",),
    "AWS::ApiGatewayV2::Api": ("BodyS3Location",),
    "AWS::ElasticBeanstalk::ApplicationVersion": ("SourceBundle",),
    "AWS::CloudFormation::ModuleVersion": ("ModulePackage",),
    "AWS::CloudFormation::ResourceVersion": ("SchemaHandlerPackage",),
    "AWS::CloudFormation::Stack": ("TemplateURL",),
    "AWS::CloudFormation::StackSet": ("TemplateURL",),
    "AWS::Serverless::Application": ("Location",),
    "AWS::Lambda::LayerVersion": ("Content",),
    "AWS::Serverless::LayerVersion": ("ContentUri",),
    "AWS::Glue::Job": ("Command.ScriptLocation",),
    "AWS::StepFunctions::StateMachine": ("DefinitionS3Location",),
}
"""Properties by resource type; a dot steps into a mapping."""

IMAGE_PATHS = {"AWS::Serverless::Function": "ImageUri", "AWS::Lambda::Function": "Code.ImageUri"}
"""Properties that hold an image where the package is one."""

_METADATA_PATHS = {"AWS::ServerlessRepo::Application": ("LicenseUrl", "ReadmeUrl")}
_FOREACH = "Fn::ForEach::"

Mapping = dict[object, object]
Move = Callable[[str], str]


def get_path(properties: object, path: str) -> object:
    """The value at a dotted path, None where there is none."""
    for key in path.split("."):
        properties = properties.get(key) if isinstance(properties, dict) else None
    return properties


def with_path(properties: Mapping, path: str, value: object) -> Mapping:
    """A copy of the properties with the value at a dotted path."""
    key, _, rest = path.partition(".")
    inner = properties.get(key)
    copy = type(properties)(properties)
    copy[key] = with_path(inner if isinstance(inner, dict) else {}, rest, value) if rest else value
    return copy


def relocated(template: Mapping, source: str, destination: str) -> Mapping:
    """The template as it must read in the directory `destination` to mean what it means in `source`.

    Relative local paths are rewritten; URLs, absolute paths and intrinsics stay. Nothing is changed in place.
    """
    old, new = os.path.realpath(source), os.path.realpath(destination)
    cached: dict[str, str] = {}

    def move(path: str) -> str:
        if path.startswith(("s3://", "http://", "https://", "/")):
            return path
        if path not in cached:
            cached[path] = os.path.relpath(os.path.normpath(os.path.join(old, path)), new)
        return cached[path]

    moved = dict(template)
    for section, rewrite in (("Metadata", _metadata), ("Resources", _resources), ("Mappings", _mappings)):
        value = moved.get(section)
        if isinstance(value, dict):
            moved[section] = rewrite(value, move)
    return _Includes(move).mapping(moved)


def _metadata(section: Mapping, move: Move) -> Mapping:
    moved = type(section)(section)
    for kind, names in _METADATA_PATHS.items():
        entry = section.get(kind)
        if isinstance(entry, dict):
            moved[kind] = _moved(entry, names, move)
    return moved


def _resources(section: Mapping, move: Move) -> Mapping:
    moved = type(section)(section)
    for key, value in section.items():
        if isinstance(key, str) and key.startswith(_FOREACH):
            moved[key] = _loop(value, move)
        elif isinstance(value, dict):
            moved[key] = _resource(value, move)
    return moved


def _loop(value: object, move: Move) -> object:
    if not isinstance(value, list) or len(value) < 3 or not isinstance(value[2], dict):
        return value
    return [*value[:2], _resources(value[2], move), *value[3:]]


def _resource(resource: Mapping, move: Move) -> Mapping:
    kind, properties, metadata = resource.get("Type"), resource.get("Properties"), resource.get("Metadata")
    names = LOCAL_PATHS.get(kind, ()) if isinstance(kind, str) else ()
    if not names:
        return resource
    moved = type(resource)(resource)
    if isinstance(properties, dict) and not (kind in IMAGE_PATHS and properties.get("PackageType") == "Image"):
        moved["Properties"] = _moved(properties, names, move)
        if kind == "AWS::Serverless::GraphQLApi":
            moved["Properties"] = _graphql(moved["Properties"], move)
    if isinstance(metadata, dict) and "aws:asset:path" in metadata:
        moved["Metadata"] = _moved(metadata, ("aws:asset:path",), move)
    return moved


def _moved(properties: Mapping, names: tuple[str, ...], move: Move) -> Mapping:
    for name in names:
        value = get_path(properties, name)
        if isinstance(value, str):
            properties = with_path(properties, name, move(value))
    return properties


def _graphql(properties: object, move: Move) -> object:
    if not isinstance(properties, dict):
        return properties
    moved = type(properties)(properties)
    for name in ("Resolvers", "Functions"):
        if name in moved:
            moved[name] = _code_uris(moved[name], move)
    return moved


def _code_uris(value: object, move: Move) -> object:
    if not isinstance(value, dict):
        return value
    moved = type(value)(value)
    for key, item in value.items():
        is_path = key == "CodeUri" and isinstance(item, str)
        moved[key] = move(str(item)) if is_path else item if key == "CodeUri" else _code_uris(item, move)
    return moved


def _mappings(section: Mapping, move: Move) -> Mapping:
    moved = type(section)(section)
    for name, entries in section.items():
        if isinstance(entries, dict) and is_generated_mapping(name):
            moved[name] = type(entries)((key, _mapping_row(row, move)) for key, row in entries.items())
    return moved


def _mapping_row(row: object, move: Move) -> object:
    if not isinstance(row, dict):
        return row
    return type(row)(
        (key, move(value) if key in _ARTIFACT_PROPERTIES and isinstance(value, str) else value)
        for key, value in row.items()
    )


def leaf(path: str) -> str:
    """The last part of a dotted path."""
    return path.rpartition(".")[2]


_ARTIFACT_PROPERTIES = frozenset(
    name for paths in LOCAL_PATHS.values() for path in paths for name in (path, leaf(path))
)  # without ImageUri: an image is moved only where it is a file, and those are not built here
_GENERATED_PREFIXES = ("SAMImageUri", "SAMLayers", *(f"SAM{name}" for name in _ARTIFACT_PROPERTIES if "." not in name))


def is_generated_mapping(name: object) -> bool:
    """Whether sam made the mapping for a loop, such as `SAMCodeUriFunctions`."""
    return (
        isinstance(name, str)
        and name not in _GENERATED_PREFIXES
        and any(
            name.startswith(prefix) and name[len(prefix) : len(prefix) + 1].isalnum() for prefix in _GENERATED_PREFIXES
        )
    )


class _Includes:
    """Rewrites the `Location` of every `AWS::Include`. A value that aliases share is visited once."""

    def __init__(self, move: Move) -> None:
        self._move = move
        self._done: dict[int, object] = {}

    def mapping(self, value: Mapping) -> Mapping:
        """The mapping with its includes moved: itself where it has none."""
        changed = {key: self._entry(key, item) for key, item in value.items() if isinstance(item, (dict, list))}
        if all(value[key] is item for key, item in changed.items()):
            return value
        copy = type(value)(value)
        copy.update(changed)
        return copy

    def _entry(self, key: object, value: object) -> object:
        if key == "Fn::Transform":
            return self._include(value)
        if id(value) not in self._done:
            self._done[id(value)] = self._nested(value)
        return self._done[id(value)]

    def _nested(self, value: object) -> object:
        if isinstance(value, dict):
            return self.mapping(value)
        if not isinstance(value, list):
            return value
        items = [self._entry(None, item) if isinstance(item, dict) else item for item in value]
        return value if all(old is new for old, new in zip(value, items, strict=True)) else items

    def _include(self, value: object) -> object:
        location = get_path(value, "Parameters.Location")
        if not isinstance(value, dict) or value.get("Name") != "AWS::Include" or not isinstance(location, str):
            return value
        return with_path(value, "Parameters.Location", self._move(location))
