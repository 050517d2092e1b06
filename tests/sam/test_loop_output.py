from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.sam.loop_output import mentions
from tests.sam.project import load, rendered

HEAD = "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n"
FUNCTION = "Type: AWS::Serverless::Function, Metadata: {BuildMethod: makefile}"


def loop(collection: str, code: str) -> str:
    """Resources that one loop makes."""
    function = f"{{TYPE, Properties: {{CodeUri: {code}, Handler: x, Runtime: provided}}}}"
    return f"Resources:\n  Fn::ForEach::L: [N, {collection}, {{'F${{N}}': {function}}}]"


def output(tmp_path: Path, text: str, *built: str, **changes: Any) -> Any:
    text = HEAD + text.replace("TYPE", FUNCTION)
    return rendered(load(tmp_path, text, language_extensions=True, **changes), *built)["template.yaml"]


def test_loop_looks_its_artifacts_up(tmp_path: Path) -> None:
    text = loop("[b, a]", "'${N}'")
    template = output(tmp_path, text, "Fa", "Fb")
    variable, collection, body = template["Resources"]["Fn::ForEach::L"]
    assert (variable, collection) == ("N", ["b", "a"])
    assert body["F${N}"]["Properties"]["CodeUri"] == {"Fn::FindInMap": ["SAMCodeUriL", {"Ref": "N"}, "CodeUri"]}
    assert body["F${N}"]["Metadata"] == {"BuildMethod": "makefile"}
    assert template["Mappings"] == {"SAMCodeUriL": {"a": {"CodeUri": "Fa"}, "b": {"CodeUri": "Fb"}}}


def test_turns_that_were_not_built_have_no_row(tmp_path: Path) -> None:
    text = "Mappings: {M: {a: {b: c}}}\n" + loop("[b, a]", "'${N}'")
    assert output(tmp_path, text, "Fa")["Mappings"] == {"M": {"a": {"b": "c"}}, "SAMCodeUriL": {"a": {"CodeUri": "Fa"}}}
    none = output(tmp_path, text)
    assert none["Mappings"] == {"M": {"a": {"b": "c"}}}
    assert none["Resources"]["Fn::ForEach::L"][2]["F${N}"]["Properties"]["CodeUri"] == "../../${N}"


def test_path_that_does_not_depend_on_the_loop_is_that_of_the_first_turn(tmp_path: Path) -> None:
    text = loop("[a, b]", "src")
    template = output(tmp_path, text, "Fa", "Fb")
    assert template["Resources"]["Fn::ForEach::L"][2]["F${N}"]["Properties"]["CodeUri"] == "Fa"
    assert "Mappings" not in template


def test_nested_loops(tmp_path: Path) -> None:
    text = """\
Resources:
  Fn::ForEach::Outer:
  - O
  - [a, b]
  - Fn::ForEach::Inner:
    - I
    - [x]
    - F${O}${I}: {TYPE, Properties: {CodeUri: '${O}/${I}', Handler: x, Runtime: provided}}
      G${O}${I}: {TYPE, Properties: {CodeUri: '${I}', Handler: x, Runtime: provided}}
"""
    template = output(tmp_path, text, "Fax", "Fbx", "Gax", "Gbx")
    body = template["Resources"]["Fn::ForEach::Outer"][2]["Fn::ForEach::Inner"][2]
    joined = {"Fn::Join": ["-", [{"Ref": "O"}, {"Ref": "I"}]]}
    assert body["F${O}${I}"]["Properties"]["CodeUri"] == {"Fn::FindInMap": ["SAMCodeUriOuterInnerF", joined, "CodeUri"]}
    assert body["G${O}${I}"]["Properties"]["CodeUri"] == {
        "Fn::FindInMap": ["SAMCodeUriOuterInnerG", {"Ref": "I"}, "CodeUri"]
    }
    assert template["Mappings"] == {
        "SAMCodeUriOuterInnerF": {"a-x": {"CodeUri": "Fax"}, "b-x": {"CodeUri": "Fbx"}},
        "SAMCodeUriOuterInnerG": {"x": {"CodeUri": "Gax"}},
    }


def test_collection_of_a_parameter(tmp_path: Path) -> None:
    text = "Parameters: {P: {Type: CommaDelimitedList, Default: a}}\n" + loop("!Ref P", "!Sub '${N}'")
    template = output(tmp_path, text, "Fx", "Fy", parameter_overrides=(("P", "x, y"),))
    assert template["Mappings"] == {"SAMCodeUriL": {"x": {"CodeUri": "Fx"}, "y": {"CodeUri": "Fy"}}}


def test_resource_outside_of_loops_points_at_its_artifact_and_is_otherwise_as_written(tmp_path: Path) -> None:
    text = """\
Parameters: {P: {Type: String, Default: src}}
Resources:
  Fn: {TYPE, Properties: {CodeUri: !Ref P, Handler: x, Runtime: provided, Description: !Ref P}}
  Other: {Type: X}
"""
    assert output(tmp_path, text, "Fn")["Resources"] == {
        "Fn": {
            "Type": "AWS::Serverless::Function",
            "Metadata": {"BuildMethod": "makefile"},
            "Properties": {"CodeUri": "Fn", "Handler": "x", "Runtime": "provided", "Description": {"Ref": "P"}},
        },
        "Other": {"Type": "X"},
    }


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("a${N}", True),
        ({"Ref": "N"}, True),
        ({"Fn::Sub": ["${N}", {}]}, True),
        ("N", False),
        ({"Ref": "M"}, False),
        (5, False),
    ],
)
def test_what_depends_on_a_variable(value: object, answer: bool) -> None:
    assert mentions(value, "N") is answer
