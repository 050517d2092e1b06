"""The value of every option by precedence: command line, environment variable, configuration file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import click
from click.core import ParameterSource

from engine.errors import InputError

_GIVEN = (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT)
_ALIASES = {"template": "template_file"}
_RAW = ("parameter_overrides",)


class WrongValue(InputError):
    """An option's value is not usable; ends with the exit code of usage errors, as in sam."""

    exit_code = 2


class Configuration(NamedTuple):
    """The values of a configuration file and where they stand."""

    path: str
    table: Mapping[str, object]


class Given(NamedTuple):
    """What was asked for, without defaults."""

    values: Mapping[str, object]
    on_command_line: frozenset[str]
    """Names of the options written on the command line."""


def given(ctx: click.Context, load: Callable[[Mapping[str, object]], Configuration]) -> Given:
    """Merge what ``ctx`` was given with the configuration that ``load`` returns.

    ``load`` takes the values of command line and environment, which say where the file is. Keys that are no option
    are ignored, as in sam. Raises InputError: a value of the file is of a wrong type.
    """
    sources = {param.name: ctx.get_parameter_source(param.name) for param in ctx.command.params if param.name}
    values = {name: ctx.params[name] for name, source in sources.items() if source in _GIVEN}
    configured = load(values)
    return Given(
        values={**_converted(ctx, configured), **values},
        on_command_line=frozenset(name for name, source in sources.items() if source is ParameterSource.COMMANDLINE),
    )


def _converted(ctx: click.Context, configuration: Configuration) -> dict[str, object]:
    options = {param.name: param for param in ctx.command.params if isinstance(param, click.Option)}
    values: dict[str, object] = {}
    for key, value in configuration.table.items():
        name = _ALIASES.get(key, key)
        option = options.get(name)
        if option is not None and not (key in _ALIASES and name in configuration.table):
            try:
                values[name] = value if name in _RAW else _convert(ctx, option, value)
            except click.BadParameter as error:
                message = f"{key} in the configuration file is wrong: {error.message.rstrip('.')}"
                raise WrongValue(message, rows=(("file", configuration.path), ("key", key))) from None
    return values


def _convert(ctx: click.Context, option: click.Option, value: object) -> object:
    items = value if option.multiple and isinstance(value, list) else [value]
    converted = [_convert_one(ctx, option, item) for item in items]
    return tuple(converted) if option.multiple else converted[0]


def _convert_one(ctx: click.Context, option: click.Option, value: object) -> object:
    if not isinstance(value, _accepted(option)) or (isinstance(value, bool) and not option.is_flag):
        raise click.BadParameter(f"it must be {_wanted(option)}, not {_described(value)}")
    if isinstance(value, str) and "\0" in value:
        raise click.BadParameter(f"it holds a NUL character: {value!r}")
    return option.type.convert(value, option, ctx)


def _accepted(option: click.Option) -> tuple[type, ...]:
    if option.is_flag:
        return (bool, str)
    if isinstance(option.type, (click.types.StringParamType, click.Choice, click.Path)):
        return (str,)
    return (str, int, float)


def _wanted(option: click.Option) -> str:
    if option.is_flag:
        return "true or false"
    if option.multiple:
        return "a string or a list of strings"
    if isinstance(option.type, click.IntRange):
        return "an integer"
    return "a string" if _accepted(option) == (str,) else f"a {option.type.name}"


def _described(value: object) -> str:
    kinds = {bool: "a boolean", int: "an integer", float: "a float", list: "a list", dict: "a table", str: "a string"}
    return f"{kinds.get(type(value), type(value).__name__)} ({value!r})"
