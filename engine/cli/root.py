"""The command group `engine`: names its commands and imports the one that runs."""

from __future__ import annotations

import importlib

import click

from engine import __version__

_COMMANDS = {
    "build": ("engine.cli.build", "build_command"),
    "cache": ("engine.cli.cache", "cache_group"),
    "completion": ("engine.cli.completion", "completion_command"),
}
HELP_NAMES = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name; None where there is none."""
        if cmd_name not in _COMMANDS:
            return None
        module, attribute = _COMMANDS[cmd_name]
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group("engine", cls=LazyGroup, context_settings=HELP_NAMES)
@click.version_option(__version__, message="engine %(version)s")
def engine_group() -> None:
    """Build AWS SAM applications whose functions and layers are built by make: in parallel, from a cache."""
