"""samconfig: defaults of options, kept beside the template.

The format and the search are sam-cli's. The table of this engine, `[<env>.engine.parameters]`, is one that sam ignores.
"""

from __future__ import annotations

import os
import re

from engine.errors import InputError
from engine.sam.regular_file import read_regular

_DEFAULT_NAME = "samconfig.toml"
_NAMES = (_DEFAULT_NAME, "samconfig.yaml", "samconfig.yml")
_SIZE_LIMIT_BYTES = 1024**2
_TOML_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$")

Table = dict[str, object]


def load_samconfig(config_file: str | None, config_env: str, template_dir: str, command: str) -> Table:
    """Option values by name: `[env.engine.parameters]` over those of `command` over `[env.global.parameters]`.

    `config_file` is relative to `template_dir`; None means the first of samconfig.toml, .yaml and .yml there. Empty
    where there is no file, or nothing for that environment, as in sam.
    Raises InputError: a file that is named but missing, of an unknown kind, malformed, or without a version.
    """
    path = find_samconfig(config_file, template_dir)
    if path is None:
        return {}
    document = _parsed(path)
    if document:
        _check_version(document, path)
    environment = _table(document, config_env, path, config_env)
    values: Table = {}
    for name in ("global", command.replace("-", "_"), "engine"):
        section = _table(environment, name, path, f"{config_env}.{name}")
        values.update(_table(section, "parameters", path, f"{config_env}.{name}.parameters"))
    return values


def find_samconfig(config_file: str | None, template_dir: str) -> str | None:
    """Path of the file that `load_samconfig` reads, None where there is none.

    Raises InputError: a file that is named but missing.
    """
    if config_file is None:
        paths = (os.path.join(template_dir, name) for name in _NAMES)
        return next((path for path in paths if os.path.exists(path)), None)
    path = os.path.join(template_dir, config_file)
    if os.path.exists(path) and not os.path.isdir(path):
        return path
    if config_file == _DEFAULT_NAME:
        return None
    raise InputError(f"Config file {config_file} does not exist or could not be read!", rows=(("file", path),))


def _parsed(path: str) -> Table:
    suffix = os.path.splitext(path)[1]
    if suffix not in (".toml", ".yaml", ".yml"):
        raise InputError(
            f"The config file {path} uses an unsupported extension, and cannot be read.",
            hint="supported are .toml, .yaml and .yml",
        )
    document = _toml(path) if suffix == ".toml" else _yaml(path)
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise InputError("Error reading configuration: the document is not a mapping", rows=(("file", path),))
    return document


def _toml(path: str) -> object:
    import tomllib

    try:
        return tomllib.loads(_text(path))
    except ValueError as error:  # malformed, or a number of thousands of digits
        place = _TOML_PLACE.search(str(error))
        where = ":".join((path, *place.groups())) if place else path
        reason = _TOML_PLACE.sub("", str(error))
        raise InputError(f"Error reading configuration: {reason}", rows=(("file", where),)) from None
    except RecursionError:
        raise InputError("Error reading configuration: nested too deeply", rows=(("file", path),)) from None


def _yaml(path: str) -> object:
    from engine.sam.cfn_yaml import DocumentError, parse_yaml

    try:
        return parse_yaml(_text(path), version_1_2=True)
    except DocumentError as error:
        where = ":".join(str(part) for part in (path, error.line, error.column) if part is not None)
        raise InputError(f"Error reading configuration: {error.message}", rows=(("file", where),)) from None


def _text(path: str) -> str:
    try:
        data = read_regular(path, _SIZE_LIMIT_BYTES)
    except OSError as error:
        raise InputError(f"Error reading configuration: {error.strerror}", rows=(("file", path),)) from None
    if len(data) > _SIZE_LIMIT_BYTES:
        raise InputError("Error reading configuration: the file is larger than 1 MiB", rows=(("file", path),))
    try:
        return data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        where = f"{path}:{data.count(10, 0, error.start) + 1}"
        raise InputError("Error reading configuration: not UTF-8", rows=(("file", where),)) from None


def _check_version(document: Table, path: str) -> None:
    if not isinstance(document.get("version"), float):
        raise InputError(
            "'version' key is not present or is in unrecognized format.",
            rows=(("file", _place(document, path)),),
            hint="write version = 0.1, without quotes, above the first table",
        )


def _place(document: Table, path: str) -> str:
    """`file:line` of the version, the file alone where it has none."""
    lines = _text(path).splitlines() if "version" in document else []
    numbers = [number for number, line in enumerate(lines, 1) if line.lstrip().startswith("version")]
    return f"{path}:{numbers[0]}" if numbers else path


def _table(parent: Table, name: str, path: str, full_name: str) -> Table:
    value = parent.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(f"Error reading configuration: [{full_name}] is not a table", rows=(("file", path),))
    return value
