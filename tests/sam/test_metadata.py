from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.sam.locate import Lines
from engine.sam.metadata import Normalised, resource_id

LINES = Lines("no such file")
STACK = "AWS::CloudFormation::Stack"


@pytest.mark.parametrize(
    ("kind", "metadata", "name"),
    [
        ("T", {}, "Id"),
        ("T", None, "Id"),
        ("T", {"SamResourceId": "Mine"}, "Mine"),
        ("T", {"SamResourceId": {"Ref": "P"}}, "Id"),
        ("T", {"SamResourceId": ""}, "Id"),
        ("T", {"aws:cdk:path": "Stack/Fn/Resource"}, "Fn"),
        ("T", {"aws:cdk:path": "Stack/Fn"}, "Fn"),
        ("T", {"aws:cdk:path": "Fn"}, "Id"),
        ("T", {"aws:cdk:path": "a/b/c/d"}, "Id"),
        ("T", {"aws:cdk:path": "S/N.NestedStack/N.NestedStackResource"}, "N.NestedStackResource"),
        (STACK, {"aws:cdk:path": "S/N.NestedStack/N.NestedStackResource"}, "N"),
    ],
)
def test_what_sam_calls_a_resource(kind: str, metadata: object, name: str) -> None:
    assert resource_id({"Type": kind, "Metadata": metadata}, "Id", LINES) == name


def test_metadata_that_is_no_mapping() -> None:
    with pytest.raises(InputError, match="Metadata must be a mapping"):
        Normalised({"Metadata": "x"}, "Id", LINES)


def test_identity_is_added() -> None:
    written: dict[object, object] = {"Metadata": {"a": 1}}
    assert Normalised(written, "Id", LINES).metadata == {"a": 1, "SamResourceId": "Id"}
    assert written == {"Metadata": {"a": 1}}


def test_asset_of_the_cdk_replaces_the_property() -> None:
    metadata = {"aws:asset:path": "asset.1", "aws:asset:property": "Code"}
    normal = Normalised({"Properties": {"Code": {"S3Bucket": "b"}}, "Metadata": metadata}, "Id", LINES)
    assert normal.properties == {"Code": "asset.1"}
    assert normal.metadata["SamNormalized"] is True


def test_nested_property_of_an_image_asset() -> None:
    metadata = {
        "aws:asset:path": "asset.1",
        "aws:asset:property": "Code.ImageUri",
        "aws:asset:dockerfile-path": "Dockerfile.x",
        "aws:asset:docker-build-args": {"a": "b"},
    }
    normal = Normalised({"Metadata": metadata}, "Image", LINES)
    assert normal.properties == {"Code": {"ImageUri": "image"}}
    assert normal.metadata["Dockerfile"] == "Dockerfile.x"
    assert normal.metadata["DockerContext"] == "asset.1"
    assert normal.metadata["DockerBuildArgs"] == {"a": "b"}


def test_what_is_normalised_already_stays() -> None:
    metadata = {"aws:asset:path": "asset.1", "aws:asset:property": "Code", "SamNormalized": True}
    assert Normalised({"Properties": {"Code": "built"}, "Metadata": metadata}, "Id", LINES).properties == {
        "Code": "built"
    }


def test_bundled_asset_is_not_built() -> None:
    assert Normalised({"Metadata": {"aws:asset:is-bundled": True}}, "Id", LINES).metadata["SkipBuild"] is True


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"aws:asset:path": "a"}, "Ignoring Metadata for Resource Id"),
        ({"aws:asset:property": "Code"}, "Ignoring Metadata for Resource Id"),
        ({"aws:cdk:path": "a/b/c/d"}, "Cannot detect function id from aws:cdk:path metadata 'a/b/c/d'"),
    ],
)
def test_warnings(metadata: object, message: str) -> None:
    (warning,) = Normalised({"Metadata": metadata}, "Id", LINES).warnings
    assert message in warning
