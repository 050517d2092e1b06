"""Templates read from disk: JSON, or YAML 1.1 with CloudFormation's short tags, within fixed limits."""

from __future__ import annotations

import json
import re

from engine.errors import InputError
from engine.sam.cfn_yaml import DEPTH_LIMIT, DocumentError, parse_yaml
from engine.sam.regular_file import read_regular

_ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u(?P<code>[0-9a-fA-F]{4})|.)")
"""Every escape of a JSON text; a whole surrogate pair is one without `code`."""
SIZE_LIMIT_BYTES = 20 * 1024**2
"""Largest template that is read; CloudFormation itself accepts 1 MB."""


def read_bytes(path: str) -> bytes:
    """The bytes of a template file.

    Raises InputError where it is missing, unreadable, no regular file or larger than `SIZE_LIMIT_BYTES`.
    """
    try:
        data = read_regular(path, SIZE_LIMIT_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"Template file not found at {path}", sam_type="TemplateNotFoundException") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"Template file cannot be read: {reason}", rows=(("template", path),)) from None
    if len(data) > SIZE_LIMIT_BYTES:
        raise InputError(
            f"Template file is larger than {SIZE_LIMIT_BYTES // 1024**2} MiB",
            rows=(("template", path),),
            hint="CloudFormation accepts 1 MB at most: split the template into nested stacks",
        )
    return data


def read_template(path: str) -> object:
    """The template at `path` as plain data: dict, list, str, int, float, bool, None.

    Values that the template shares by aliases are shared objects: never change them in place.
    Raises InputError that names the file and, where known, line and column.
    """
    try:
        return parse(read_bytes(path))
    except DocumentError as error:
        raise InputError(
            f"Failed to parse template: {error.message}", rows=(("template", _place(path, error)),)
        ) from None


def parse(data: bytes) -> object:
    """The one document in `data`; JSON is tried first, as `sam build` does.

    Raises DocumentError.
    """
    text = _decode(data)
    try:
        value = json.loads(text)
    except RecursionError:
        raise DocumentError(f"nested deeper than {DEPTH_LIMIT} levels") from None
    except ValueError:
        return parse_yaml(text)
    _check_depth(value)
    _check_surrogates(text)
    return value


def _check_surrogates(text: str) -> None:
    """Refuse halves of surrogate pairs, which JSON can spell but no file name and no output can hold."""
    for escape in _ESCAPE.finditer(text):
        code = escape["code"]
        if code and 0xD800 <= int(code, 16) <= 0xDFFF:
            line = text.count("\n", 0, escape.start()) + 1
            column = escape.start() - text.rfind("\n", 0, escape.start())
            raise DocumentError(f"half of a surrogate pair: \\u{code}", line, column)


def _place(path: str, error: DocumentError) -> str:
    parts = [path, *(str(number) for number in (error.line, error.column) if number is not None)]
    return ":".join(parts)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise DocumentError(f"not UTF-8: byte 0x{data[error.start]:02x}, {error.reason}", line, column) from None


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(DEPTH_LIMIT + 1):
        mappings = [node for node in level if isinstance(node, dict)]
        lists = [node for node in level if isinstance(node, list)]
        if not mappings and not lists:
            return
        level = [child for node in mappings for child in node.values()]
        level += [child for node in lists for child in node]
    raise DocumentError(f"nested deeper than {DEPTH_LIMIT} levels")
