"""Settings of one `engine build`: the options given, completed with defaults and made absolute."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

import click

from engine.cli.compatibility import notes, refuse
from engine.cli.given import Configuration, Given, given
from engine.errors import InputError

if TYPE_CHECKING:
    from engine.build.options import BuildOptions

_BUILD_DIR = os.path.join(".aws-sam", "build")
_REGION = re.compile(r"(?![0-9]+$)(?!-)[A-Za-z0-9-]{1,63}(?<!-)", re.ASCII)
_Value = TypeVar("_Value")


class Settings(NamedTuple):
    """What a build is asked to do, and how it is to be told."""

    options: BuildOptions
    output: str
    """`text` or `json`."""
    explain: bool
    log_output: str
    """`all`, `failed` or `none`."""
    color: bool | None
    """None: as the environment and the terminal say."""
    notes: tuple[str, ...]
    """Lines about options that have no effect."""


def resolve_settings(ctx: click.Context, environ: Mapping[str, str], cwd: str) -> Settings:
    """Return the settings that the parsed command line ``ctx`` comes to in the folder ``cwd``.

    Precedence: command line, environment variable, `[<env>.engine.parameters]`, `[<env>.build.parameters]`,
    `[<env>.global.parameters]`, default. Raises InputError for what cannot be followed.
    """
    _check_mode(ctx, environ)
    asked = given(ctx, lambda values: _configured(values, cwd))
    refuse(asked)
    return Settings(
        options=resolve_options(asked, ctx.params["resources"], environ, cwd),
        output=_get(asked, "output", "text"),
        explain=_get(asked, "explain", False),
        log_output=_get(asked, "log_output", "failed"),
        color=_get(asked, "color", None),
        notes=tuple(notes(asked)),
    )


def resolve_options(asked: Given, resources: tuple[str, ...], environ: Mapping[str, str], cwd: str) -> BuildOptions:
    """Return what the build itself needs to know. Raises InputError."""
    from engine.build.options import BuildOptions

    return BuildOptions(
        template=_template(asked, cwd),
        cwd=cwd,
        build_dir=os.path.realpath(os.path.join(cwd, _get(asked, "build_dir", _BUILD_DIR))),
        cache_dir=_cache_dir(asked, environ, cwd),
        base_dir=_optional_path(cwd, _get(asked, "base_dir", None)),
        manifest=_optional_path(cwd, _get(asked, "manifest", None)),
        resources=resources,
        exclude=_get(asked, "exclude", ()),
        parameter_overrides=_parameter_overrides(asked, cwd),
        region=_region(asked),
        language_extensions=_language_extensions(asked, environ),
        build_in_source=_get(asked, "build_in_source", False),
        jobs=_get(asked, "jobs", 0) or _default_jobs(),
        jobserver=_get(asked, "jobserver", True),
        memory_limit_bytes=_get(asked, "memory_limit", None),
        keep_going=_get(asked, "keep_going", False),
        sandbox=_get(asked, "sandbox", "off"),
        timeout_s=_get(asked, "timeout", None),
        use_cache=_get(asked, "cached", True),
        cache_size_bytes=_get(asked, "cache_size", BuildOptions._field_defaults["cache_size_bytes"]),
        link_mode=_get(asked, "link_mode", "clone"),
    )


def _get(asked: Given, name: str, default: _Value) -> _Value:
    # Each value was converted by the type of its option, which the default shares.
    return cast(_Value, asked.values.get(name, default))


def _check_mode(ctx: click.Context, environ: Mapping[str, str]) -> None:
    mode = environ.get("SAM_BUILD_MODE")
    if mode and mode != "debug":
        raise click.UsageError(f"Invalid value for 'mode': invalid choice: {mode}. (choose from ['debug'])", ctx)


def _path(cwd: str, path: str) -> str:
    return os.path.normpath(os.path.join(cwd, path))


def _optional_path(cwd: str, path: str | None) -> str | None:
    return None if path is None else _path(cwd, path)


def _template(asked: Given, cwd: str) -> str:
    from engine.sam.search import find_template

    path: str | None = _get(asked, "template_file", None)
    return find_template(cwd) if path is None else _path(cwd, path)


def _cache_dir(asked: Given, environ: Mapping[str, str], cwd: str) -> str:
    path: str | None = _get(asked, "cache_dir", None)
    if path is not None:
        return _path(cwd, path)
    from cache.disk import default_root

    return str(default_root(environ))


def _region(asked: Given) -> str | None:
    """The rule for names is botocore's: a host label that is not a number. The environment says nothing, as in sam."""
    region: str | None = _get(asked, "region", None)
    if region is not None and not _REGION.fullmatch(region):
        raise InputError(f"Provided region: {region} doesn't match a supported format", hint="write e.g. eu-central-1")
    return region


def _language_extensions(asked: Given, environ: Mapping[str, str]) -> bool:
    by_environment = environ.get("SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS", "").lower() in ("1", "true", "yes")
    return _get(asked, "language_extensions", by_environment)


def _default_jobs() -> int:
    from engine.run.cores import usable_cores

    return usable_cores()


def _parameter_overrides(asked: Given, cwd: str) -> tuple[tuple[str, str], ...]:
    value: object = asked.values.get("parameter_overrides")
    if not value:
        return ()
    from engine.sam.parameters import parse_parameter_overrides

    return parse_parameter_overrides(value, cwd)


def _configured(values: Mapping[str, object], cwd: str) -> Configuration:
    """Read the configuration file beside the template; without `--template` that is ``cwd``, as in sam."""
    from engine.sam.samconfig import find_samconfig, load_samconfig

    template: object = values.get("template_file")
    named: object = values.get("config_file")
    folder = os.path.dirname(_path(cwd, str(template))) if template else cwd
    file = None if named is None else str(named)
    table = load_samconfig(file, str(values.get("config_env") or "default"), folder, "build")
    return Configuration(find_samconfig(file, folder) or folder, table)
