from __future__ import annotations

import pytest

from engine.sam.cfn_yaml import DEPTH_LIMIT, DocumentError, KeySorted, parse_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Ref A", {"Ref": "A"}),
        ("!Condition A", {"Condition": "A"}),
        ("!GetAtt A.B.C", {"Fn::GetAtt": ["A", "B.C"]}),
        ("!GetAtt [A, B]", {"Fn::GetAtt": ["A", "B"]}),
        ("!Sub '${A}'", {"Fn::Sub": "${A}"}),
        ("!Sub ['${A}', {A: 1}]", {"Fn::Sub": ["${A}", {"A": 1}]}),
        ("!If [C, !Ref A, !Base64 b]", {"Fn::If": ["C", {"Ref": "A"}, {"Fn::Base64": "b"}]}),
        ("!Transform {Name: N}", {"Fn::Transform": {"Name": "N"}}),
        ("!Ref 012", {"Ref": "012"}),
        ("!GetAZs ''", {"Fn::GetAZs": ""}),
    ],
)
def test_short_tags_become_long_functions(text: str, value: object) -> None:
    assert parse_yaml(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("Off", False),
        ("010", 8),
        ("1:30", 90),
        ("0x1F", 31),
        ("1_000", 1000),
        ("1.5", 1.5),
        ("1e3", "1e3"),
        ("~", None),
        ("2020-01-01", "2020-01-01"),
        ("'010'", "010"),
        ("=", "="),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("! 5", 5),
    ],
)
def test_scalars_are_those_of_yaml_1_1_with_timestamps_as_text(text: str, value: object) -> None:
    found = parse_yaml(text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(("text", "value"), [("yes", "yes"), ("010", 10), ("1:30", "1:30"), ("true", True), ("5", 5)])
def test_scalars_of_version_1_2_on_request(text: str, value: object) -> None:
    assert parse_yaml(text, version_1_2=True) == value


def test_empty_text_is_nothing() -> None:
    assert parse_yaml("# only a comment\n") is None


def test_last_of_two_equal_keys_wins_at_the_place_of_the_first() -> None:
    value = parse_yaml("a: 1\nb: 2\na: 3\n")
    assert isinstance(value, dict)
    assert list(value.items()) == [("a", 3), ("b", 2)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}", {"a": 1, "b": 3}),
        ("x: &x {a: 1}\ny: {b: 2, <<: *x}", {"a": 1, "b": 2}),
        ("y: {<<: [{a: 1}, {a: 2, c: 3}]}", {"a": 1, "c": 3}),
        ("y: {'<<': 1}", {"<<": 1}),
    ],
)
def test_merge_keys(text: str, value: object) -> None:
    found = parse_yaml(text)
    assert isinstance(found, dict)
    assert found["y"] == value


def test_merge_key_outside_of_a_mapping_is_text() -> None:
    assert parse_yaml("[<<, a]") == ["<<", "a"]


def test_mapping_of_a_short_tag_is_written_sorted() -> None:
    found = parse_yaml("!Transform {Name: N, A: 1}")
    assert isinstance(found, dict)
    assert isinstance(found["Fn::Transform"], KeySorted)


def test_aliases_share_their_value() -> None:
    found = parse_yaml("a: &x [1]\nb: *x")
    assert isinstance(found, dict)
    assert found["a"] is found["b"]


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("a:\n\t- b", "cannot start any token", 2, 1),
        ("a: b\nc: {d: [", "flow node", 3, 1),
        ("a: *b", "undefined alias 'b'", 1, 4),
        ("- &a [*a]", "inside its own anchor", 1, 7),
        ("--- a\n--- b", "single document", 2, 1),
        ("a: !!python/name:os.system ''", "could not determine a constructor", 1, 4),
        ("a: !!set {b}", "could not determine a constructor", 1, 4),
        ("? [a]\n: b", "a list or a mapping", 1, 1),
        ("a: {<<: 5}", "for merging", 1, 4),
        ("a: b\nc: \x01", "control characters", 2, None),
        ("a: " + "9" * 5000, "digits", 1, 4),
        ("- " * (DEPTH_LIMIT + 1), "nested deeper", 1, DEPTH_LIMIT * 2 + 1),
        ("[" * 100_000, "nested deeper", 1, DEPTH_LIMIT + 1),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, message: str, line: int, column: int | None) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_yaml(text)
    assert message in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)


def doubling(first: str, levels: int, row: str) -> str:
    """A document whose every line stands for ten of the line before."""
    lines = [first, *(row.format(name=chr(98 + i), times=",".join(["*" + chr(97 + i)] * 10)) for i in range(levels))]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        doubling("a: &a [x,x,x,x,x,x,x,x,x,x]", 9, "{name}: &{name} [{times}]"),
        doubling("a: &a {x: 1}", 9, "{name}: &{name} {{<<: [{times}], y: [{times}]}}"),
        doubling("a: &a " + "x" * 100_000, 3, "{name}: &{name} [{times}]") + "\n",
    ],
    ids=["lists", "merges", "long text"],
)
def test_bomb_is_refused(text: str) -> None:
    with pytest.raises(DocumentError, match="aliases expand to more than"):
        parse_yaml(text)


@pytest.mark.parametrize(
    "text", ["!!int ''", "!!float ''", "!!bool maybe", "!!int x", "!!float .", "!!int 0x", "!!int '-'"]
)
def test_a_value_that_is_not_what_its_tag_says_is_told(text: str) -> None:
    with pytest.raises(DocumentError, match="is not what its tag says") as caught:
        parse_yaml(f"a: 1\nb: {text}")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "number", ["9" * 5000, "0x" + "f" * 5000, "1" + ":1" * 100_000, "1" * 5000 + ".5", "0b" + "1" * 5000]
)
def test_a_number_of_thousands_of_digits_is_told(number: str) -> None:
    with pytest.raises(DocumentError, match="a number of more than 1000 digits") as caught:
        parse_yaml(f"a: 1\nb: {number}")
    assert caught.value.line == 2
