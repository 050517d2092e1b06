from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.sam.build_properties import parse_build_properties
from engine.sam.locate import Lines
from engine.sam.target import BuildProperties

LINES = Lines(
    "template.yaml",
    b"Resources:\n  Fn:\n    Metadata:\n      BuildProperties:\n        DependsOn: 5\n        Inptus: x\n",
)


def parse(declared: object) -> BuildProperties:
    return parse_build_properties(declared, "Fn", "/app", LINES)


def test_nothing_declared() -> None:
    assert parse(None) == BuildProperties(inputs_base="/app")


def test_everything_declared() -> None:
    declared = {
        "DependsOn": ["A", "B"],
        "Inputs": ["../x/**"],
        "Ignore": ["*.md"],
        "Environment": ["CARGO_*"],
        "Tools": ["cargo --version"],
        "Parallel": True,
    }
    assert parse(declared) == BuildProperties(
        depends_on=("A", "B"),
        inputs=("../x/**",),
        inputs_base="/app",
        ignore=("*.md",),
        environment=("CARGO_*",),
        tools=("cargo --version",),
        parallel=True,
    )


def test_one_text_is_a_list_of_one() -> None:
    assert parse({"DependsOn": "A"}).depends_on == ("A",)


def test_rows_of_other_builders_are_passed_over() -> None:
    assert parse({"Minify": True, "UseNpmCi": True}) == BuildProperties(inputs_base="/app")


@pytest.mark.parametrize(
    ("declared", "message", "line"),
    [
        ("x", "BuildProperties must be a mapping", 4),
        ({"DependsOn": 5}, "DependsOn must be a list of texts", 5),
        ({"DependsOn": ["A", {"Ref": "B"}]}, "it has {'Ref': 'B'}", 5),
        ({"Tools": [""]}, "Tools must be a list of texts", 4),
        ({"Parallel": "yes"}, "Parallel must be true or false", 4),
        ({"Inptus": "x"}, "BuildProperties has no row Inptus", 6),
    ],
)
def test_what_is_wrong_is_named(declared: object, message: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        parse(declared)
    assert message in caught.value.message
    assert caught.value.rows == (("template", f"template.yaml:{line}"), ("resource", "Fn"))


def test_near_names_are_given() -> None:
    with pytest.raises(InputError) as near:
        parse({"Inptus": "x"})
    with pytest.raises(InputError) as far:
        parse({5: "x"})
    assert (near.value.hint, far.value.hint) == (
        "is Inputs meant?",
        "known are DependsOn, Inputs, Ignore, Environment, Tools, Parallel",
    )
