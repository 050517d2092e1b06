"""The values of template parameters that are given on the command line or in samconfig."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

from engine.errors import InputError
from engine.sam.regular_file import read_regular

_KEY = r"""([A-Za-z0-9"']+)"""
_VALUE = r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:\\.|[^ "\\])+)"""
_FORMS = (re.compile(rf"ParameterKey={_KEY},ParameterValue={_VALUE}"), re.compile(rf" {_KEY}={_VALUE}"))
_SIZE_LIMIT_BYTES = 1024**2
_EXAMPLES = (
    "'ParameterKey=KeyPairName,ParameterValue=MyKey ParameterKey=InstanceType,ParameterValue=t1.micro', "
    "'KeyPairName=MyKey InstanceType=t1.micro', or 'file://MyParams.yaml'"
)


class OverridesError(InputError):
    """A value of `--parameter-overrides` cannot be understood; ends with the exit code of usage errors."""

    exit_code = 2


def parse_parameter_overrides(value: object, cwd: str) -> tuple[tuple[str, str], ...]:
    """(name, value) pairs from any form that sam takes, a later one replacing an earlier one of the same name.

    Forms: text with `Name=Value` or `ParameterKey=Name,ParameterValue=Value`, several separated by spaces, values
    quoted or escaped with a backslash; `file://` with a .yaml, .yml, .toml or .json file, relative to `cwd` or to the
    file that names it; a mapping, with `$include` for more of all this; a list of any of them.
    Raises OverridesError.
    """
    found: dict[str, str] = {}
    for name, text in _pairs(value, cwd, ()):
        _check_text(name, text)
        found[_unquoted(name)] = _unquoted(text)
    return tuple(found.items())


def _check_text(name: str, text: str) -> None:
    """Refuse bytes of the command line that are no text: a template cannot hold them."""
    try:
        f"{name}{text}".encode()
    except UnicodeEncodeError:
        raise OverridesError(f"The value of the parameter {name} is not UTF-8: {text!r:.80}") from None


def _pairs(value: object, folder: str, above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _pairs(item, folder, above)
    elif isinstance(value, Mapping):
        yield from _table(value, folder, above)
    elif isinstance(value, str):
        yield from _file(value, folder, above) if value.startswith("file://") else _inline(value)
    elif value is not None:
        raise OverridesError(f"{value!r:.80} is not a parameter override", hint=f"write {_EXAMPLES}")


def _inline(text: str) -> list[tuple[str, str]]:
    if not text:
        return []
    for form in _FORMS:
        found: list[tuple[str, str]] = form.findall(f" {text.strip()}")
        if found:
            return found
    raise OverridesError(f"{text} is not a valid format. It must look something like {_EXAMPLES}")


def _table(table: Mapping[object, object], folder: str, above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if key == "$include" and value is not None:
            if not isinstance(value, (str, list)):
                kind = type(value).__name__
                raise OverridesError(f"$include must be a string or list of strings, got {kind}")
            yield from _pairs(value, folder, above)
        elif isinstance(value, list):
            yield str(key), ",".join(str(item).strip() for item in value if item not in (None, ""))
        else:
            yield str(key), "" if value is None else str(value)


def _file(url: str, folder: str, above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    path = os.path.realpath(os.path.join(folder, url.removeprefix("file://")))
    if not os.path.exists(path) or os.path.isdir(path):
        raise OverridesError(f"{url} was not found or is a directory", rows=(("file", path),))
    if path in above:
        raise OverridesError(
            f"Infinite recursion detected in file references: {path}",
            rows=(("ring", " -> ".join((*above[above.index(path) :], path))),),
        )
    yield from _pairs(_read(url, path), os.path.dirname(path), (*above, path))


def _read(url: str, path: str) -> object:
    from engine.sam.cfn_yaml import DocumentError, parse_yaml

    suffix = os.path.splitext(path)[1]
    if suffix not in (".toml", ".yaml", ".yml", ".json"):
        raise OverridesError(f"{url} uses an unsupported extension", hint="name a .yaml, .yml, .toml or .json file")
    try:
        text = _bytes(url, path).decode("utf-8")
        if suffix == ".toml":
            import tomllib

            return tomllib.loads(text)
        return parse_yaml(text, version_1_2=True)
    except DocumentError as error:
        where = ":".join(str(part) for part in (path, error.line, error.column) if part is not None)
        raise OverridesError(f"{url} cannot be parsed: {error.message}", rows=(("file", where),)) from None
    except ValueError as error:
        raise OverridesError(f"{url} cannot be parsed: {error}", rows=(("file", path),)) from None


def _bytes(url: str, path: str) -> bytes:
    try:
        data = read_regular(path, _SIZE_LIMIT_BYTES)
    except OSError as error:
        raise OverridesError(f"{url} cannot be read: {error.strerror}", rows=(("file", path),)) from None
    if len(data) > _SIZE_LIMIT_BYTES:
        raise OverridesError(f"{url} is larger than 1 MiB", rows=(("file", path),))
    return data


def _unquoted(text: str) -> str:
    if text and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    return text.replace("\\ ", " ").replace('\\"', '"').replace("\\'", "'")
