"""Options of `sam build` that this engine cannot follow, which end the build, and those that have no effect on it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from engine.cli.given import Given
from engine.errors import InputError

_NO_EFFECT = {
    "parallel": "--parallel has no effect: targets always run in parallel (--jobs N sets how many at once)",
    "profile": "--profile has no effect: a build needs no credentials",
    "beta_features": "--beta-features has no effect: there are none",
    "save_params": "--save-params has no effect: the configuration file is only read",
    "use_buildkit": "--use-buildkit has no effect: no containers are used",
    "mount_symlinks": "--mount-symlinks has no effect: no containers are used",
    "skip_pull_image": "--skip-pull-image has no effect: no containers are used",
    "docker_network": "--docker-network has no effect: no containers are used",
}
_CONTAINER = ("container_env_var", "container_env_var_file", "build_image", "mount_with")
_HOOK = ("hook_name", "skip_prepare_infra", "terraform_project_root_path")


def refuse(given: Given) -> None:
    """Raise InputError for an option that asks for another builder than make on this machine.

    Raises UsageError for one that sam takes only together with `--use-container`: on the command line, as with sam.
    """
    if "use_container" not in given.on_command_line:
        for name in _CONTAINER:
            if name in given.on_command_line:
                raise click.UsageError(
                    "Missing required parameter, need the --use-container flag "
                    f"in order to use --{name.replace('_', '-')} flag."
                )
    for name in ("use_container", "build_image"):
        if given.values.get(name):
            raise InputError(
                f"--{name.replace('_', '-')} is not supported: make runs on this machine, not in a container",
                rows=_origin(name, given),
                hint="leave it out (--no-use-container overrides a configuration file), or build with `sam build`",
            )
    for name in _HOOK:
        if given.values.get(name):
            raise InputError(
                f"--{name.replace('_', '-')} is not supported: hooks prepare the template, which only `sam` does",
                rows=_origin(name, given),
                hint="leave it out, or build with `sam build`",
            )


def _origin(name: str, given: Given) -> tuple[tuple[str, str], ...]:
    return () if name in given.on_command_line else (("set by", f"{name} in the configuration file"),)


def notes(given: Given) -> Iterator[str]:
    """Yield one line for each option of the command line that changes nothing.

    What stands in a configuration file or in the environment is meant for `sam` too and is passed over in silence.
    """
    if "cached" in given.on_command_line and given.values["cached"]:
        yield "--cached has no effect: it is the default here (--no-cached builds everything anew)"
    yield from (text for name, text in _NO_EFFECT.items() if name in given.on_command_line and given.values[name])
