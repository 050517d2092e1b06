from __future__ import annotations

import tomllib
import uuid
from pathlib import Path
from typing import Any

from engine.sam.build_toml import build_toml_path, is_ours
from tests.sam.project import function, load, resources

LAYER = """\
  Lay:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: lay, CompatibleRuntimes: [provided, python3.12]}
    Metadata: {BuildMethod: makefile}
"""
PROVIDED = (
    "  {name}: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: src, Handler: h, Runtime: provided}}}}\n"
)


def tables(tmp_path: Path, text: str) -> dict[str, Any]:
    return tomllib.loads(load(tmp_path, text).build_toml().decode())


def test_definition_of_a_function(tmp_path: Path) -> None:
    metadata = "n: 1, f: 1.5, t: true, l: [a, {b: c}, ~], q: 'say \"hi\"\\é', d: {x y: 1, z: ~}, SamResourceId: Mine"
    found = tables(tmp_path, resources(function("Fn", metadata=metadata, more="Architectures: [arm64]")))
    (definition,) = found["function_build_definitions"].values()
    assert definition == {
        "codeuri": f"{tmp_path}/src",
        "runtime": "provided.al2",
        "architecture": "arm64",
        "handler": "a.b",
        "manifest_hash": "",
        "packagetype": "Zip",
        "functions": ["Mine"],
        "metadata": {
            "BuildMethod": "makefile",
            "n": 1,
            "f": 1.5,
            "t": True,
            "l": ["a", {"b": "c"}],
            "q": 'say "hi"\\é',
            "d": {"x y": 1},
        },
    }


def test_definition_of_a_layer(tmp_path: Path) -> None:
    (definition,) = tables(tmp_path, resources(LAYER))["layer_build_definitions"].values()
    assert definition == {
        "layer_name": "Lay",
        "codeuri": f"{tmp_path}/lay",
        "build_method": "makefile",
        "compatible_runtimes": ["provided", "python3.12"],
        "architecture": "x86_64",
        "manifest_hash": "",
        "layer": "Lay",
    }


def test_functions_that_sam_builds_once_share_a_definition(tmp_path: Path) -> None:
    found = tables(tmp_path, resources(PROVIDED.format(name="A"), PROVIDED.format(name="B"), function("C")))
    assert [row["functions"] for row in found["function_build_definitions"].values()] == [["A", "B"], ["C"]]


def test_same_template_same_bytes(tmp_path: Path) -> None:
    text = resources(function("A"), LAYER)
    assert load(tmp_path, text).build_toml() == load(tmp_path, text).build_toml()


def test_ours_are_told_from_those_of_sam(tmp_path: Path) -> None:
    ours = load(tmp_path, resources(function("A"), LAYER)).build_toml().decode()
    assert is_ours(ours)
    assert is_ours("")
    assert not is_ours(f"{ours}[function_build_definitions.{uuid.uuid4()}]\n")


def test_place_is_beside_the_build_directory() -> None:
    assert build_toml_path("/app/.aws-sam/build") == "/app/.aws-sam/build.toml"
