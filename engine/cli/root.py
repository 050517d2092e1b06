"""The command group `engine`: names its commands and imports the one that runs."""

from __future__ import annotations

import importlib
from typing import IO, Any

import click

from engine import __version__

_COMMANDS = {
    "build": ("engine.cli.build", "build_command"),
    "audit": ("engine.cli.audit", "audit_command"),
    "cache": ("engine.cli.cache", "cache_group"),
    "verify": ("engine.cli.verify", "verify_command"),
    "completion": ("engine.cli.completion", "completion_command"),
}
HELP_NAMES = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


class NoCommand(click.UsageError):
    """No command was named: the help is what is told, with the exit code of a usage error."""

    def __init__(self, ctx: click.Context) -> None:
        super().__init__(ctx.get_help(), ctx)

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the help, without the usage line that other usage errors begin with."""
        click.echo(self.message, file=file, err=True)


class Group(click.Group):
    """A group that is used wrongly without a command.

    click says so itself from 8.2 on; before, the help goes to standard output with the exit code 0.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse ``args``. Raises NoCommand where there are none."""
        if not args and not ctx.resilient_parsing:
            raise NoCommand(ctx)
        return super().parse_args(ctx, args)


class LazyGroup(Group):
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
