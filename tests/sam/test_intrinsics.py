from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.sam.cfn_yaml import parse_yaml
from engine.sam.intrinsics import PLACEHOLDER_LIMIT, TEXT_LIMIT, Resolver
from engine.sam.symbols import Symbols, Unresolvable

TEMPLATE = """
Parameters:
  P: {Type: String, Default: src}
  N: {Type: Number, Default: 3}
  L: {Type: CommaDelimitedList, Default: 'x, src'}
Conditions:
  'Yes': !Equals [!Ref P, src]
  Both: !And [!Condition 'Yes', !Equals [1, 1]]
  Either: !Or [!Equals [1, 2], !Condition Both]
  Neither: !Not [!Condition Either]
  Alias: !Condition Both
  Ring: !Not [!Condition Ring]
  Plain: true
Mappings:
  M: {us-east-1: {d: src}}
Resources:
  Layer: {Type: AWS::Serverless::LayerVersion}
"""


def included(location: str) -> object:
    if location != "part.yaml":
        raise Unresolvable(location)
    return {"included": True}


def resolver(text: str = TEMPLATE) -> Resolver:
    template = parse_yaml(text)
    assert isinstance(template, dict)
    return Resolver(template, Symbols(template, {}), included)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Ref P", "src"),
        ("!Ref Missing", "Missing"),
        ("!Ref Layer", {"Ref": "Layer"}),
        ("!Sub '${P}/${N}'", "src/3"),
        ("!Sub '${AWS::Region}-${!Kept}'", "us-east-1-${!Kept}"),
        ("!Sub ['${a}', {a: text}]", "text"),
        ("!Sub ['${a}', {a: P}]", "src"),
        ("!Sub ['${a}', {a: v1.2}]", "$v1.2"),
        ("!Sub ['${a}', {a: !Ref P}]", "src"),
        ("!Sub '${F.Arn}'", "arn:aws:lambda:us-east-1:123456789012:function:F"),
        ("!Sub '${F.Name}'", "$F.Name"),
        ("!Join ['-', [a, !Ref P]]", "a-src"),
        ("!Select [1, !Ref L]", "src"),
        ("!Select [0, !Split [',', 'a,b']]", "a"),
        ("!Split ['/', 'a/b']", ["a", "b"]),
        ("!Base64 a", "YQ=="),
        ("!FindInMap [M, !Ref AWS::Region, d]", "src"),
        ("!Select [0, !GetAZs '']", "us-east-1a"),
        ("!Select [0, !GetAZs eu-west-1]", "eu-west-1a"),
        ("!GetAtt F.Arn", "arn:aws:lambda:us-east-1:123456789012:function:F"),
        ("!If ['Yes', a, b]", "a"),
        ("!If [Both, a, b]", "a"),
        ("!If [Either, a, b]", "a"),
        ("!If [Neither, a, b]", "b"),
        ("!Transform {Name: AWS::Include, Parameters: {Location: part.yaml}}", {"included": True}),
        ("{a: !Ref P, b: {c: [!Ref N]}}", {"a": "src", "b": {"c": [3]}}),
        ("{1: !Ref P}", {1: {"Ref": "P"}}),
        ("{}", {}),
    ],
)
def test_functions_are_evaluated(text: str, value: object) -> None:
    assert resolver().entry(parse_yaml(text)) == value


@pytest.mark.parametrize(
    "text",
    [
        "!GetAtt F.Name",
        "!GetAtt F",
        "!ImportValue x",
        "!Select ['0', [a]]",
        "!Select [1, [a]]",
        "!Select [true, [a, b]]",
        "!Select [0]",
        "!Join ['-', [1]]",
        "!Join ['-', text]",
        "!Split ['', ab]",
        "!FindInMap [M, nope, d]",
        "!FindInMap [M, us-east-1]",
        "!GetAZs mars-1",
        "!If [Missing, a, b]",
        "!If [Alias, a, b]",
        "!If [Ring, a, b]",
        "!If [Plain, a, b]",
        "!If ['Yes', a, !Ref AWS::NoValue]",
        "!And [text]",
        "!Not [a, b]",
        "!Sub ['${a}', text]",
        "!Sub ['${a}', {a: 5}]",
        "!Sub {a: b}",
        "!Base64 5.5",
        "!Transform {Name: Macro, Parameters: {Location: part.yaml}}",
        "!Transform {Name: AWS::Include, Parameters: {Location: missing.yaml}}",
        "!Transform {Name: AWS::Include}",
        "[!ImportValue x, a]",
        "~",
    ],
)
def test_what_cannot_be_evaluated_stays_as_it_is_written(text: str) -> None:
    value = parse_yaml(text if text != "!Base64 5.5" else "{Fn::Base64: 5.5}")
    found = resolver().entry(value)
    assert found is value


def test_entry_that_fails_spares_the_others() -> None:
    value = parse_yaml("{a: !ImportValue x, b: !Ref P}")
    assert resolver().entry(value) == {"a": {"Fn::ImportValue": "x"}, "b": "src"}


def test_only_the_first_key_makes_a_function() -> None:
    assert resolver().entry({"Ref": "P", "b": 1}) == "src"
    assert resolver().entry({"b": 1, "Ref": "P"}) == {"b": 1, "Ref": "P"}


def test_conditions_that_use_each_other_twice_are_evaluated_once() -> None:
    rows = "".join(f"  C{i}: !And [!Condition C{i - 1}, !Condition C{i - 1}]\n" for i in range(1, 60))
    assert resolver(f"Conditions:\n  C0: !Equals [1, 1]\n{rows}").entry({"Fn::If": ["C59", "a", "b"]}) == "a"


def test_text_that_grows_too_long_is_left() -> None:
    value: object = {"Fn::Sub": ["${a}" * 1024, {"a": "x" * (TEXT_LIMIT // 512)}]}
    assert resolver().entry(value) is value
    joined: object = {"Fn::Join": ["", ["x" * (TEXT_LIMIT // 2)] * 3]}
    assert resolver().entry(joined) is joined


def test_too_many_names_in_a_substitution_are_left() -> None:
    value: object = {"Fn::Sub": "".join(f"${{a{i}}}" for i in range(PLACEHOLDER_LIMIT + 1))}
    assert resolver().entry(value) is value


def test_functions_that_fail_at_every_level_end_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    value: object = "x"
    for _ in range(30):
        value = {"Fn::If": ["Yes", {"a": {"Fn::Join": [",", [value, 5]]}}, 1]}
    monkeypatch.setattr("engine.sam.intrinsics.STEP_LIMIT", 10_000)
    with pytest.raises(InputError, match="cannot be evaluated in time"):
        resolver().entry(value)
