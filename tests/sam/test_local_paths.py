from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.sam.local_paths import LOCAL_PATHS, get_path, is_generated_mapping, leaf, relocated, with_path


def move(tmp_path: Path, template: dict[object, object]) -> Any:
    return relocated(template, str(tmp_path), str(tmp_path / "out/build"))


def properties(tmp_path: Path, kind: str, given: object) -> Any:
    template: dict[object, object] = {"Resources": {"A": {"Type": kind, "Properties": given}}}
    return move(tmp_path, template)["Resources"]["A"]["Properties"]


@pytest.mark.parametrize(("kind", "path"), [(kind, path) for kind, paths in LOCAL_PATHS.items() for path in paths])
def test_every_known_property_is_moved(tmp_path: Path, kind: str, path: str) -> None:
    if (kind, path) == ("AWS::Serverless::GraphQLApi", "CodeUri"):
        path = "SchemaUri"
    moved = properties(tmp_path, kind, with_path({"Name": "x.txt"}, path, "api/x.yaml"))
    assert moved == with_path({"Name": "x.txt"}, path, "../../api/x.yaml")


@pytest.mark.parametrize(
    "value", ["s3://b/k", "http://x", "https://x", "/abs", {"Ref": "P"}, {"Bucket": "b"}, None, 5, ["a"]]
)
def test_what_is_no_relative_path_stays(tmp_path: Path, value: object) -> None:
    assert properties(tmp_path, "AWS::Serverless::Function", {"CodeUri": value}) == {"CodeUri": value}


@pytest.mark.parametrize(
    ("path", "moved"), [("", "../.."), (".", "../.."), ("a/../b", "../../b"), ("out/build/F", "F")]
)
def test_paths_are_normalised(tmp_path: Path, path: str, moved: str) -> None:
    assert properties(tmp_path, "AWS::Serverless::Function", {"CodeUri": path}) == {"CodeUri": moved}


def test_images_stay(tmp_path: Path) -> None:
    given = {"PackageType": "Image", "ImageUri": "name:tag", "CodeUri": "x"}
    assert properties(tmp_path, "AWS::Serverless::Function", given) == given


def test_other_types_stay(tmp_path: Path) -> None:
    assert properties(tmp_path, "AWS::SNS::Topic", {"CodeUri": "x"}) == {"CodeUri": "x"}


def test_code_of_a_graph_is_found_at_any_depth(tmp_path: Path) -> None:
    given = {
        "Functions": {"f": {"CodeUri": "f.js", "Deep": {"CodeUri": {"Ref": "P"}}}},
        "Resolvers": {"Q": {"r": {"CodeUri": "r.js"}}},
    }
    moved = properties(tmp_path, "AWS::Serverless::GraphQLApi", given)
    assert moved["Functions"] == {"f": {"CodeUri": "../../f.js", "Deep": {"CodeUri": {"Ref": "P"}}}}
    assert moved["Resolvers"] == {"Q": {"r": {"CodeUri": "../../r.js"}}}


def test_metadata_sections(tmp_path: Path) -> None:
    moved = move(
        tmp_path,
        {
            "Metadata": {
                "AWS::ServerlessRepo::Application": {"LicenseUrl": "L", "Name": "n"},
                "Other": {"LicenseUrl": "L"},
            },
            "Resources": {"A": {"Type": "AWS::Lambda::Function", "Metadata": {"aws:asset:path": "asset.1"}}},
        },
    )
    assert moved["Metadata"] == {
        "AWS::ServerlessRepo::Application": {"LicenseUrl": "../../L", "Name": "n"},
        "Other": {"LicenseUrl": "L"},
    }
    assert moved["Resources"]["A"]["Metadata"] == {"aws:asset:path": "../../asset.1"}


def test_includes_anywhere(tmp_path: Path) -> None:
    def include(location: object, name: str = "AWS::Include") -> dict[object, object]:
        return {"Fn::Transform": {"Name": name, "Parameters": {"Location": location}}}

    template: dict[object, object] = {
        "Outputs": {
            "A": [include("a.yaml"), [include("deep.yaml")]],
            "B": include("b", "Macro"),
            "C": include({"Ref": "P"}),
        },
        "Resources": {"R": {"Properties": {**include("c.yaml"), "x": 1}}},
    }
    moved = move(tmp_path, template)
    assert moved["Outputs"] == {
        "A": [include("../../a.yaml"), [include("deep.yaml")]],
        "B": include("b", "Macro"),
        "C": include({"Ref": "P"}),
    }
    assert moved["Resources"]["R"]["Properties"] == {**include("../../c.yaml"), "x": 1}


def test_loops_and_their_mappings(tmp_path: Path) -> None:
    function = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "src"}}
    loop = ["N", ["a"], {"F${N}": function, "Fn::ForEach::Inner": ["M", ["b"], {"G${M}": function}]}]
    moved = move(
        tmp_path,
        {
            "Resources": {"Fn::ForEach::Outer": loop, "Fn::ForEach::Odd": "text"},
            "Mappings": {
                "SAMCodeUriOuter": {"a": {"CodeUri": "src", "Other": "x"}},
                "SAMPLE": {"a": {"CodeUri": "src"}},
            },
        },
    )
    made = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "../../src"}}
    assert moved["Resources"]["Fn::ForEach::Outer"] == [
        "N",
        ["a"],
        {"F${N}": made, "Fn::ForEach::Inner": ["M", ["b"], {"G${M}": made}]},
    ]
    assert moved["Resources"]["Fn::ForEach::Odd"] == "text"
    assert moved["Mappings"]["SAMCodeUriOuter"] == {"a": {"CodeUri": "../../src", "Other": "x"}}
    assert moved["Mappings"]["SAMPLE"] == {"a": {"CodeUri": "src"}}


def test_shared_values_are_moved_once_and_left_as_they_are(tmp_path: Path) -> None:
    shared = {"CodeUri": "src"}
    function = {"Type": "AWS::Serverless::Function", "Properties": shared}
    moved = move(tmp_path, {"Resources": {"A": function, "B": function}})
    assert [moved["Resources"][name]["Properties"]["CodeUri"] for name in "AB"] == ["../../src"] * 2
    assert shared == {"CodeUri": "src"}


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("SAMCodeUriX", True),
        ("SAMScriptLocationX", True),
        ("SAMLayersX", True),
        ("SAMCodeUri", False),
        ("SAMPLE", False),
        (5, False),
    ],
)
def test_mappings_that_sam_made(name: object, answer: bool) -> None:
    assert is_generated_mapping(name) is answer


def test_dotted_paths() -> None:
    assert get_path({"a": {"b": 1}}, "a.b") == 1
    assert get_path({"a": 5}, "a.b") is None
    assert leaf("a.b") == "b"
    assert with_path({"a": {"c": 2}}, "a.b", 1) == {"a": {"c": 2, "b": 1}}
