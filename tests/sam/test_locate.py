from __future__ import annotations

from pathlib import Path

import pytest

from engine.sam.locate import Lines, locate

YAML = b"""\
Resources:
  A:
    Type: X
    Properties:
      Layers:
        - one
        - !Ref two
  B: &b
    Type: Y
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), None),
        (("Outputs",), None),
        (("Resources",), 1),
        (("Resources", "A"), 2),
        (("Resources", "A", "Properties", "Layers", 1), 7),
        (("Resources", "A", "Properties", "Layers", 9), 5),
        (("Resources", "A", "Properties", "Layers", "x"), 5),
        (("Resources", "Nope", "Properties"), 1),
        (("Resources", "B", "Type"), 9),
    ],
)
def test_line_of_the_nearest_part_in_yaml(path: tuple[str | int, ...], line: int | None) -> None:
    assert locate("no such file", YAML, path) == line


def test_line_in_json() -> None:
    assert locate("no such file", b'{"Resources": {\n"A": {\n"Type": "X"}}}', ("Resources", "A", "Type")) == 3


def test_last_of_two_equal_keys_is_the_one_that_counts() -> None:
    assert locate("no such file", b"a: 1\na: 2\n", ("a",)) == 2


@pytest.mark.parametrize("data", [b"a: [", b"\xff", b"[" * 100_000])
def test_nothing_is_found_in_what_cannot_be_parsed(data: bytes) -> None:
    assert locate("no such file", data, ("a",)) is None


def test_file_is_read_only_when_it_is_asked(tmp_path: Path) -> None:
    lines = Lines(str(tmp_path / "template.yaml"))
    (tmp_path / "template.yaml").write_bytes(YAML)
    assert lines.place(("Resources", "A")) == f"{tmp_path}/template.yaml:2"


def test_error_names_place_and_resource() -> None:
    error = Lines("template.yaml", YAML).error("wrong", ("Resources", "A", "Type"), rows=(("ring", "a"),), hint="do")
    assert (error.message, error.hint) == ("wrong", "do")
    assert error.rows == (("template", "template.yaml:3"), ("resource", "A"), ("ring", "a"))


def test_error_about_another_section_names_no_resource() -> None:
    assert Lines("no such file").error("wrong", ("Globals",)).rows == (("template", "no such file"),)
