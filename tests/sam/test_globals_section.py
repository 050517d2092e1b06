from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.sam.globals_section import check_globals, globals_for, is_intrinsic, merge, misspelt
from engine.sam.locate import Lines

Table = dict[object, object]
FUNCTION = "AWS::Serverless::Function"


@pytest.mark.parametrize(
    ("shared", "own", "merged"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"Layers": [1]}, {"Layers": [2]}, {"Layers": [1, 2]}),
        ({"Architectures": ["arm64"]}, {"Architectures": ["x86_64"]}, {"Architectures": ["x86_64"]}),
        (
            {"e": {"v": {"a": 1, "l": [1]}}},
            {"e": {"v": {"b": 2, "l": [2]}}},
            {"e": {"v": {"a": 1, "l": [1, 2], "b": 2}}},
        ),
        ({"e": {"a": 1}}, {"e": {"Ref": "P"}}, {"e": {"Ref": "P"}}),
        ({"e": [1]}, {"e": {"a": 1}}, {"e": {"a": 1}}),
        ({"e": {"a": 1}}, {"e": None}, {"e": None}),
    ],
)
def test_properties_are_merged(shared: Table, own: Table, merged: Table) -> None:
    assert merge(shared, own) == merged


@pytest.mark.parametrize(
    ("ignored", "merged"),
    [("*", {"b": 2}), (["a"], {"b": 2, "c": 3}), ([], {"a": 1, "b": 2, "c": 3}), (5, {"a": 1, "b": 2, "c": 3})],
)
def test_resource_can_ignore_globals(ignored: object, merged: Table) -> None:
    assert merge({"a": 1, "c": 3}, {"b": 2}, ignored) == merged


def test_globals_are_those_of_the_type() -> None:
    template: Table = {"Globals": {"Function": {"Runtime": "provided"}}}
    assert globals_for(template, FUNCTION) == {"Runtime": "provided"}
    assert globals_for(template, "AWS::Lambda::Function") == {}
    assert globals_for({}, FUNCTION) == {}


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ([], "must be a non-empty dictionary"),
        ({"Function": []}, "Value of Function must be a dictionary"),
        ({"Function": {"Metadata": {}}}, "'Metadata' is not a supported property"),
        ({"Function": {"CodeURI": "x"}}, "'CodeURI' is not a supported property"),
    ],
)
def test_malformed_section(section: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_globals({"Globals": section}, Lines("no such file"))


def test_names_that_are_not_known_here_are_left_to_others() -> None:
    check_globals({"Globals": {"NewThing": {"a": 1}, "Function": {"NewProperty": 1}}}, Lines("no such file"))


@pytest.mark.parametrize(
    ("name", "meant"),
    [("CodeURI", "CodeUri"), ("codeUri", "CodeUri"), ("Runtimes", "Runtime"), ("CodeUri", None), ("ImageUri", None)],
)
def test_misspelling(name: str, meant: str | None) -> None:
    assert misspelt({5: 1, name: 1}) == (None if meant is None else (name, meant))


@pytest.mark.parametrize(
    ("value", "answer"),
    [({"Ref": "a"}, True), ({"Fn::Sub": "a"}, True), ({"Condition": "a"}, True), ({"a": 1}, False), ("Ref", False)],
)
def test_intrinsic(value: object, answer: bool) -> None:
    assert is_intrinsic(value) is answer
