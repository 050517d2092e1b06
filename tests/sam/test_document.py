from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError
from engine.sam.cfn_yaml import DEPTH_LIMIT, DocumentError
from engine.sam.document import SIZE_LIMIT_BYTES, parse, read_bytes, read_template


def test_json_comes_first() -> None:
    assert parse(b'{"b": [1.0, null, "yes"], "a": {"Ref": "A"}}') == {"b": [1.0, None, "yes"], "a": {"Ref": "A"}}


def test_almost_json_is_yaml() -> None:
    assert parse(b'{"a": yes,}') == {"a": True}


def test_byte_order_mark_is_passed_over() -> None:
    assert parse(b"\xef\xbb\xbfa: b") == {"a": "b"}


def test_text_that_is_not_utf_8() -> None:
    with pytest.raises(DocumentError) as caught:
        parse(b"a: b\nc: \xff")
    assert (caught.value.line, caught.value.column) == (2, 4)


@pytest.mark.parametrize("depth", [DEPTH_LIMIT + 1, 100_000])
def test_deep_json(depth: int) -> None:
    with pytest.raises(DocumentError, match="nested deeper"):
        parse(b"[" * depth + b"]" * depth)


def test_json_at_the_limit_is_read() -> None:
    assert parse(b"[" * DEPTH_LIMIT + b"1" + b"]" * DEPTH_LIMIT)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"Template file not found at {tmp_path}/no.yaml"):
        read_bytes(str(tmp_path / "no.yaml"))


def test_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Is a directory") as caught:
        read_bytes(str(tmp_path))
    assert caught.value.rows == (("template", str(tmp_path)),)


def test_too_large_a_file(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    with path.open("wb") as file:
        file.truncate(SIZE_LIMIT_BYTES + 1)
    with pytest.raises(InputError, match="larger than 20 MiB"):
        read_template(str(path))


def test_error_names_file_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("a: b\nc: [", encoding="utf-8")
    with pytest.raises(InputError, match="Failed to parse template: ") as caught:
        read_template(str(path))
    assert caught.value.rows == (("template", f"{path}:3:1"),)


def test_half_a_surrogate_pair_is_told(tmp_path: Path) -> None:
    assert parse(b'{"a": "\\ud83d\\ude00", "b": "\\\\ud800"}') == {"a": "\U0001f600", "b": "\\ud800"}
    path = tmp_path / "template.json"
    for half in ("\\ud800", "\\uDFFF", "\\ud83d\\u0041", "\\ude00\\ud83d"):
        path.write_text(f'{{\n "a": "x{half}"}}', encoding="utf-8")
        with pytest.raises(InputError, match="half of a surrogate pair") as caught:
            read_template(str(path))
        assert caught.value.rows == (("template", f"{path}:2:9"),)
