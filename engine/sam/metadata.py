"""The metadata of a resource, normalised: its identity, and what the CDK left for sam to find."""

from __future__ import annotations

from engine.sam.locate import Lines

NESTED_STACK_TYPES = {"AWS::Serverless::Application": "Location", "AWS::CloudFormation::Stack": "TemplateURL"}
"""Resource types that hold another template, and the property that says where it is."""

_CDK_STACK_SUFFIX = ".NestedStack"


def metadata_of(resource: dict[object, object], logical_id: str, lines: Lines) -> dict[object, object]:
    """The `Metadata` of a resource as written, empty where there is none.

    Raises InputError where it is not a mapping.
    """
    metadata = resource.get("Metadata") or {}
    if not isinstance(metadata, dict):
        raise lines.error("Metadata must be a mapping", ("Resources", logical_id, "Metadata"))
    return metadata


def resource_id(resource: dict[object, object], logical_id: str, lines: Lines) -> str:
    """What sam calls the resource: `SamResourceId`, else the construct id in `aws:cdk:path`, else the logical id."""
    metadata = metadata_of(resource, logical_id, lines)
    chosen = metadata.get("SamResourceId")
    if isinstance(chosen, str) and chosen:
        return chosen
    path = metadata.get("aws:cdk:path")
    if not isinstance(path, str) or not 2 <= path.count("/") + 1 <= 3:
        return logical_id
    return _construct_id(path.split("/"), resource.get("Type") == "AWS::CloudFormation::Stack")


def _construct_id(parts: list[str], is_stack: bool) -> str:
    # {stack}/{construct}/Resource, or {stack}/{name}.NestedStack/{name}.NestedStackResource for a nested stack
    inner = parts[-1] == "Resource" or (is_stack and parts[-2].endswith(_CDK_STACK_SUFFIX))
    name = parts[-2] if inner else parts[-1]
    return name.removesuffix(_CDK_STACK_SUFFIX) if is_stack else name


class Normalised:
    """A resource after normalisation: `metadata` with `SamResourceId`, `properties` with the CDK's asset path."""

    __slots__ = ("metadata", "properties", "resource_id", "warnings")

    def __init__(self, resource: dict[object, object], logical_id: str, lines: Lines) -> None:
        self.resource_id = resource_id(resource, logical_id, lines)
        self.metadata = dict(metadata_of(resource, logical_id, lines))
        declared = resource.get("Properties")
        self.properties: dict[object, object] = dict(declared) if isinstance(declared, dict) else {}
        self.warnings: list[str] = _path_warnings(self.metadata)
        if not self.metadata.get("SamNormalized", False):
            self._apply_asset(logical_id)
        if self.metadata.get("aws:asset:is-bundled", False):
            self.metadata["SkipBuild"] = True
        self.metadata["SamResourceId"] = self.resource_id

    def _apply_asset(self, logical_id: str) -> None:
        asset, target = self.metadata.get("aws:asset:path"), self.metadata.get("aws:asset:property")
        if target == "Code.ImageUri":
            self.metadata.update(_image_asset(self.metadata))
            asset = logical_id.lower()
        if asset and isinstance(target, str) and target:
            _put(self.properties, target.split("."), asset)
            self.metadata["SamNormalized"] = True
        elif asset or target:
            self.warnings.append(
                f"WARNING: Ignoring Metadata for Resource {logical_id}. Metadata contains only aws:asset:path or "
                "aws:assert:property but not both"
            )


def _path_warnings(metadata: dict[object, object]) -> list[str]:
    path = metadata.get("aws:cdk:path")
    if metadata.get("SamResourceId") or not isinstance(path, str) or not path or 2 <= path.count("/") + 1 <= 3:
        return []
    return [f"Cannot detect function id from aws:cdk:path metadata '{path}', using default logical id"]


def _image_asset(metadata: dict[object, object]) -> dict[object, object]:
    return {
        "Dockerfile": str(metadata.get("aws:asset:dockerfile-path", "")),
        "DockerContext": str(metadata.get("aws:asset:path", "")),
        "DockerBuildArgs": metadata.get("aws:asset:docker-build-args", {}),
        "DockerBuildExtraParams": metadata.get("aws:asset:docker-build-extra-params", []),
    }


def _put(properties: dict[object, object], keys: list[str], value: object) -> None:
    for key in keys[:-1]:
        inner: dict[object, object] = {}
        properties[key] = inner
        properties = inner
    properties[keys[-1]] = value
