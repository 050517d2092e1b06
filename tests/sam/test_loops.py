from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError
from tests.sam.project import load, reading, target

HEAD = "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n"
FUNCTION = "Type: AWS::Serverless::Function, Metadata: {BuildMethod: makefile}"


def test_loops_make_resources(tmp_path: Path) -> None:
    text = (
        HEAD
        + """\
Parameters: {Names: {Type: CommaDelimitedList, Default: 'a,b'}}
Resources:
  Fn::ForEach::Outer:
  - O
  - !Ref Names
  - Fn::ForEach::Inner:
    - I
    - [X-1, 2]
    - Fn${O}&{I}: {TYPE, Properties: {CodeUri: 'src/${O}/${I}', Handler: !Ref I, Runtime: provided}}
  Plain: {TYPE, Properties: {CodeUri: src, Handler: a, Runtime: provided}}
""".replace("TYPE", FUNCTION)
    )
    application = load(tmp_path, text, language_extensions=True)
    assert [row.full_path for row in application.targets] == ["FnaX1", "Fna2", "FnbX1", "Fnb2", "Plain"]
    assert target(application, "FnbX1").code_dir == f"{tmp_path}/src/b/X-1"


def test_overrides_reach_the_collection(tmp_path: Path) -> None:
    text = HEAD + (
        "Parameters: {Names: {Type: CommaDelimitedList, Default: 'a,b'}}\n"
        "Resources:\n  Fn::ForEach::F: [N, !Ref Names, {'F${N}': {TYPE, Properties: {Handler: a, Runtime: provided}}}]"
    ).replace("TYPE", FUNCTION)
    application = load(tmp_path, text, language_extensions=True, parameter_overrides=(("Names", "x, y"),))
    assert [row.full_path for row in application.targets] == ["Fx", "Fy"]


def test_template_without_the_transform_is_left(tmp_path: Path) -> None:
    (stack,) = reading(tmp_path, "Resources: {A: {Type: X, Y: !Ref P}}", language_extensions=True).stacks
    assert stack.template is stack.written


def expand(tmp_path: Path, text: str) -> dict[object, object]:
    (stack,) = reading(tmp_path, HEAD + text, language_extensions=True).stacks
    return stack.template


def test_functions_are_evaluated_and_void_values_dropped(tmp_path: Path) -> None:
    template = expand(
        tmp_path,
        """\
Conditions: {Yes1: !Equals [a, a], No1: !Not [!Condition Yes1]}
Resources:
  A:
    Type: X
    DeletionPolicy: !Ref Policy
    Properties:
      A: !If [No1, 1, !Ref AWS::NoValue]
      B: [!Ref AWS::NoValue, !If [Yes1, {Fn::Length: [1, 2]}, 1], null]
      C: !Join ['', [!Ref AWS::NoValue, a]]
      Fn::ForEach::P: [N, [x, y], {'P${N}': '${N}'}]
  Left:
    Type: X
    Condition: No1
    Properties: {A: !Ref Policy, B: !Ref Other, C: !FindInMap [Nope, !Ref Policy, b], D: {Fn::ToJsonString: text}}
Outputs:
  Fn::ForEach::O: [N, [x], {'Out${N}': {Value: !Sub 'v-${N}'}}]
Parameters: {Policy: {Type: String, Default: Retain}}
""",
    )
    assert template["Resources"] == {
        "A": {
            "Type": "X",
            "DeletionPolicy": "Retain",
            "Properties": {"B": [2], "C": "{'Ref': 'AWS::NoValue'}a", "Px": "x", "Py": "y"},
        },
        "Left": {
            "Type": "X",
            "Condition": "No1",
            "Properties": {"C": {"Fn::FindInMap": ["Nope", {"Ref": "AWS::NoValue"}, "b"]}},
        },
    }
    assert template["Outputs"] == {"Outx": {"Value": "v-x"}}
    assert template["Conditions"] == {"Yes1": {"Fn::Equals": ["a", "a"]}, "No1": {"Fn::Not": [{"Condition": "Yes1"}]}}


LOOP = "Resources:\n  Fn::ForEach::L: "


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LOOP + "[N, [a]]", "Fn::ForEach::L layout is incorrect"),
        (LOOP + "[N, [a], x]", "Fn::ForEach::L layout is incorrect"),
        (LOOP + "[[N], [a], {}]", "Fn::ForEach::L layout is incorrect"),
        (LOOP + "[N, text, {}]", "Fn::ForEach::L layout is incorrect"),
        (LOOP + "[N, [a, a], {'F${N}': {}}]", "conflict with existing ones: Fa"),
        (LOOP + "[N, [a], {'F${N}': {}}]\n  Fa: {}", "conflict with existing ones: Fa"),
        (LOOP + "[P, [a], {}]\nParameters: {P: {}}", "identifier 'P' conflicts with parameter name"),
        (LOOP + "[N, [a], {}]\nParameters: {L: {}}", "loop name 'L' conflicts with parameter name"),
        (LOOP + "[N, [a], {'Fn::ForEach::M': [N, [a], {}]}]", "conflicts with another loop identifier"),
        (LOOP + "[N, !GetAtt A.B, {}]", "uses 'Fn::GetAtt'"),
        (LOOP + "[N, [[!ImportValue x]], {}]", "uses 'Fn::ImportValue'"),
        (LOOP + "[N, ['{{resolve:ssm:x}}'], {}]", "dynamic reference"),
        ("Resources: [a]", "The Resources section must be a mapping"),
        ("Resources: {A: text}", "[/Resources/A] resource definition is malformed"),
        ("Resources: {A: {Condition: Nope}}", "non-existent condition 'Nope'"),
        ("Resources: {A: {DeletionPolicy: [a]}}", "Unsupported expression for DeletionPolicy in resource A"),
        ("Resources: {A: {DeletionPolicy: !Ref AWS::NoValue}}", "AWS::NoValue is not supported"),
        ("Resources: {A: {B: !Join [a]}}", "Fn::Join layout is incorrect"),
        ("Conditions: {C: !Not [!Condition C]}\nResources: {A: {}}", "circular condition dependency: C -> C"),
    ],
)
def test_what_the_transform_refuses(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        expand(tmp_path, text)
    assert message in caught.value.message
    assert caught.value.rows[0][1].startswith(f"{tmp_path}/template.yaml:")


def loops(depth: int, items: str, body: str) -> str:
    for level in range(depth):
        body = f"{{'Fn::ForEach::L{level}': [N{level}, [{items}], {body}]}}"
    return f"Resources: {body}"


def test_depth_of_loops_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nesting depth exceeds the maximum allowed depth of 5"):
        expand(tmp_path, loops(6, "a", "{}"))


def test_expansion_is_bounded(tmp_path: Path) -> None:
    items = ", ".join(f"i{i}" for i in range(200))
    with pytest.raises(InputError, match="loops expand to more than"):
        expand(tmp_path, loops(5, items, "{'A${N0}x${N1}x${N2}x${N3}x${N4}': {}}"))


def test_filled_in_text_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too long a text"):
        expand(tmp_path, f"Resources: {{'Fn::ForEach::L': [N, [{'x' * 2048}], {{A: '{'${N}' * 1024}'}}]}}")
