from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.sam import pseudo
from engine.sam.cfn_yaml import parse_yaml
from engine.sam.extensions import Extensions, Malformed
from engine.sam.intrinsics import TEXT_LIMIT

TEMPLATE = """
Parameters:
  P: {Type: String, Default: src}
  L: {Type: CommaDelimitedList, Default: 'a, b'}
  E: {Type: String}
Conditions:
  On: !Equals [!Ref P, src]
  Not: !Not [!Condition On]
  Both: !And [!Condition On, 'true']
  Any: !Or [!Condition Not, !Condition On]
  Ring: !Not [!Condition Ring]
Mappings: {M: {a: {b: found}}}
""".replace("On:", "'On':").replace("Condition On]", "Condition On ]")


def extensions() -> Extensions:
    template = parse_yaml(TEMPLATE)
    assert isinstance(template, dict)
    return Extensions(template, {**pseudo.DEFAULTS, "Given": "g"})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Ref P", "src"),
        ("!Ref L", ["a", "b"]),
        ("!Ref Given", "g"),
        ("!Ref E", {"Ref": "E"}),
        ("!Ref Resource", {"Ref": "Resource"}),
        ("{Ref: !Ref P}", {"Ref": "src"}),
        ("!Ref AWS::Region", "us-east-1"),
        ("!Ref AWS::NoValue", {"Ref": "AWS::NoValue"}),
        ("!GetAtt A.B", {"Fn::GetAtt": ["A", "B"]}),
        ("!Sub '${P} ${L} ${!x} ${R.Arn} ${R} ${E}'", "src a, b ${x} ${R.Arn} ${R} ${E}"),
        ("!Sub ['${a}${b}', {a: !Ref L, b: true}]", "a,btrue"),
        ("!Join ['-', [a, 1, true, !Ref P]]", "a-1-true-src"),
        ("!Join ['-', !Ref E]", {"Fn::Join": ["-", {"Ref": "E"}]}),
        ("!Split [',', 'a,b']", ["a", "b"]),
        ("!Split [',', !GetAtt A.B]", {"Fn::Split": [",", {"Fn::GetAtt": ["A", "B"]}]}),
        ("!Select ['1', !Ref L]", "b"),
        ("!Select [1, !GetAZs '']", {"Fn::Select": [1, {"Fn::GetAZs": ""}]}),
        ("!Base64 a", "YQ=="),
        ("!Base64 {Ref: E}", {"Fn::Base64": {"Ref": "E"}}),
        ("!Length [1, 2]", 2),
        ("!Length !Ref L".replace("!Length !Ref L", "{Fn::Length: !Ref L}"), 2),
        ("{Fn::Length: !GetAtt A.B}", {"Fn::Length": {"Fn::GetAtt": ["A", "B"]}}),
        ("!FindInMap [M, a, b]", "found"),
        ("!FindInMap [M, x, b, {DefaultValue: !Ref P}]", "src"),
        ("!FindInMap [M, !Ref E, b]", {"Fn::FindInMap": ["M", {"Ref": "E"}, "b"]}),
        ("{Fn::ToJsonString: {a: !Ref P, b: [1, null]}}", '{"a":"src","b":[1,null]}'),
        ("!If ['On', !Ref P, x]", "src"),
        ("!If [Not, x, !Ref AWS::NoValue]", None),
        ("!If [Both, 1, 2]", 1),
        ("!If [Any, 1, 2]", 1),
        ("!Equals [true, 'true']", True),
        ("!Equals [1, '1']", True),
        ("{a: {Ref: P, b: 1}}", {"a": {"Ref": "P", "b": 1}}),
    ],
)
def test_functions_are_evaluated(text: str, value: object) -> None:
    assert extensions().resolve(parse_yaml(text)) == value


@pytest.mark.parametrize(
    "text",
    [
        "{Ref: [a]}",
        "!Sub [a, b, c]",
        "!Sub ['${a}', {a: null}]",
        "!Join [a]",
        "!Join [a, b]",
        "!Join [[a], [b]]",
        "!Split ['', a]",
        "!Split [a, [b]]",
        "!Split [[a], b]",
        "!Select [5, [a]]",
        "!Select [x, [a]]",
        "!Select [0, a]",
        "!Length a",
        "!Base64 {Fn::GetAtt: [a, b]}",
        "!FindInMap [M, a]",
        "!FindInMap [M, a, x]",
        "!FindInMap [[M], a, b]",
        "{Fn::ToJsonString: a}",
        "!If [Missing, a, b]",
        "!If [!Ref P, a, b]",
        "!If [Ring, a, b]",
        "!Equals [a]",
        "!Equals [{a: 1, b: 2}, c]",
        "!And [!Condition Both]",
        "!And [!Condition Both, !Ref P]",
        "!Not [a, b]",
        "{Condition: {a: b}}",
    ],
)
def test_what_the_transform_refuses(text: str) -> None:
    with pytest.raises(Malformed):
        extensions().resolve(parse_yaml(text))


def test_ring_of_conditions_is_named() -> None:
    with pytest.raises(Malformed, match="circular condition dependency: Ring -> Ring"):
        extensions().truth("Ring")


@pytest.mark.parametrize(
    "value",
    [{"Fn::Sub": ["${a}" * 1024, {"a": "x" * (TEXT_LIMIT // 512)}]}, {"Fn::Join": ["", ["x" * (TEXT_LIMIT // 2)] * 3]}],
)
def test_text_that_grows_too_long(value: object) -> None:
    with pytest.raises(Malformed, match="too long a text"):
        extensions().resolve(value)


def test_work_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.sam.extensions.STEP_LIMIT", 100)
    with pytest.raises(InputError, match="evaluated in time"):
        extensions().resolve([1] * 101)
