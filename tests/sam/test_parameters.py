from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.sam.parameters import OverridesError, parse_parameter_overrides


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, {}),
        ("", {}),
        (("",), {}),
        ({}, {}),
        ("A=1 B=2", {"A": "1", "B": "2"}),
        ("  A=1   B=2  ", {"A": "1", "B": "2"}),
        ("A=x A=y", {"A": "y"}),
        ("A=b=c", {"A": "b=c"}),
        ("A='x y' B=\"q r\"", {"A": "x y", "B": "q r"}),
        (r"A=x\ y", {"A": "x y"}),
        (r'A="say \"hi\""', {"A": 'say "hi"'}),
        ('A=""', {"A": ""}),
        ("'A'=1", {"A": "1"}),
        ("ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue='x y'", {"A": "1", "B": "x y"}),
        (["A=1", ["B=2", None]], {"A": "1", "B": "2"}),
        ({"A": 1, "B": None, "C": ["x ", 2, None, ""], "D": True}, {"A": "1", "B": "", "C": "x,2", "D": "True"}),
        ([{"A": 1}, "A=2"], {"A": "2"}),
    ],
)
def test_forms(tmp_path: Path, value: object, found: dict[str, str]) -> None:
    assert dict(parse_parameter_overrides(value, str(tmp_path))) == found


def test_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "p.yaml").write_text("A: yes\nB: [x, y]\n$include: file://sub/q.toml\nC: 010\n", encoding="utf-8")
    (tmp_path / "sub/q.toml").write_text('"$include" = ["file://r.json", "E=5"]\nD = 1.5\n', encoding="utf-8")
    (tmp_path / "sub/r.json").write_text('{"R": "in json", "C": "below"}', encoding="utf-8")
    found = dict(parse_parameter_overrides(["file://p.yaml", "Z=1"], str(tmp_path)))
    assert found == {"A": "yes", "B": "x,y", "R": "in json", "E": "5", "D": "1.5", "C": "10", "Z": "1"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("nothing", "nothing is not a valid format"),
        (5, "5 is not a parameter override"),
        ({"$include": 5}, "$include must be a string or list of strings, got int"),
        ("file://missing.yaml", "file://missing.yaml was not found or is a directory"),
        ("file://folder.yaml", "file://folder.yaml was not found or is a directory"),
        ("file://fifo.yaml", "file://fifo.yaml cannot be read: it is a FIFO, not a file"),
        ("file://large.json", "file://large.json is larger than 1 MiB"),
        ("file://x.txt", "file://x.txt uses an unsupported extension"),
        ("file://bad.yaml", "file://bad.yaml cannot be parsed: "),
        ("file://bad.toml", "file://bad.toml cannot be parsed: "),
        ("file://ring.yaml", "Infinite recursion detected in file references: "),
    ],
)
def test_what_is_wrong_ends_with_the_code_of_usage_errors(tmp_path: Path, value: object, message: str) -> None:
    texts = {"x.txt": "", "bad.yaml": "a: [", "bad.toml": "a = [", "ring.yaml": "$include: file://ring.yaml"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "folder.yaml").mkdir()
    os.mkfifo(tmp_path / "fifo.yaml")
    (tmp_path / "large.json").write_bytes(b" " * (1024**2 + 1))
    with pytest.raises(OverridesError) as caught:
        parse_parameter_overrides(value, str(tmp_path))
    assert caught.value.message.startswith(message)
    assert caught.value.exit_code == 2


def test_unclosed_quote_is_read_in_linear_time() -> None:
    assert parse_parameter_overrides('A=1 B="' + "a" * 50_000, "/") == (("A", "1"),)
