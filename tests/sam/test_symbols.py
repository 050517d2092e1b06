from __future__ import annotations

import pytest

from engine.sam.symbols import Symbols, Unresolvable, parameter_values, section

TEMPLATE: dict[object, object] = {
    "Parameters": {
        "P": {"Type": "String", "Default": "p"},
        "L": {"Type": "CommaDelimitedList", "Default": "a, b"},
        "N": {"Type": "Number", "Default": 3},
        "F": {"Type": "Number", "Default": 1.5},
        "E": {"Type": "String"},
    },
    "Resources": {
        "Layer": {"Type": "AWS::Serverless::LayerVersion"},
        "Api": {"Type": "AWS::ApiGateway::RestApi"},
        "Fn": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "named"}},
        "Alias": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Fn"}}},
        "Odd": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": {"Ref": "P"}}},
    },
}
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"


@pytest.mark.parametrize(
    ("name", "attribute", "value"),
    [
        ("P", "Ref", "p"),
        ("L", "Ref", ["a", "b"]),
        ("N", "Ref", 3),
        ("E", "Ref", "E"),
        ("Undeclared", "Ref", "Undeclared"),
        ("AWS::Region", "Ref", "us-east-1"),
        ("AWS::NoValue", "Ref", None),
        ("Layer", "Ref", {"Ref": "Layer"}),
        ("Api", "RootResourceId", "/"),
        ("Fn", "Ref", "Fn"),
        ("Fn", "Arn", ARN + "named"),
        ("Other", "Arn", ARN + "Other"),
        ("Alias", "Ref", ARN + "named"),
    ],
)
def test_what_a_name_stands_for(name: str, attribute: str, value: object) -> None:
    assert Symbols(TEMPLATE, {}).look_up(name, attribute) == value


@pytest.mark.parametrize(("name", "attribute"), [("Fn", "Nope"), ("Odd", "Arn"), ("F", "Ref")])
def test_what_is_not_known_before_deployment(name: str, attribute: str) -> None:
    with pytest.raises(Unresolvable):
        Symbols(TEMPLATE, {}).look_up(name, attribute)


def test_unknown_attribute_in_a_substitution() -> None:
    assert Symbols(TEMPLATE, {}).look_up("Fn", "Nope", lenient=True) == "$Fn.Nope"


def test_override_replaces_the_default() -> None:
    symbols = Symbols(TEMPLATE, {"P": "o", "L": "x,y", "AWS::Region": "cn-north-1", "New": "n"})
    assert [symbols.look_up(name, "Ref") for name in ("P", "L", "New")] == ["o", ["x", "y"], "n"]
    assert symbols.look_up("X", "Arn") == "arn:aws-cn:lambda:cn-north-1:123456789012:function:X"


def test_empty_override_counts_as_none() -> None:
    assert Symbols(TEMPLATE, {"P": ""}).look_up("P", "Ref") == "p"


def test_reference_handed_down_by_the_parent_stack() -> None:
    assert Symbols(TEMPLATE, {"P": {"Ref": "ParentLayer"}}).look_up("P", "Ref") == "ParentLayer"
    assert Symbols(TEMPLATE, {"P": {"Fn::GetAtt": ["A", "B"]}}).look_up("P", "Ref") == "p"


def test_values_are_layered() -> None:
    values = parameter_values(TEMPLATE, {"N": "4"})
    assert (values["P"], values["N"], values["AWS::Partition"]) == ("p", "4", "aws")


@pytest.mark.parametrize("written", [None, [], "x"])
def test_section_that_is_no_mapping_is_empty(written: object) -> None:
    assert section({"Parameters": written}, "Parameters") == {}
