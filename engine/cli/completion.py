"""`engine completion`: the script that teaches a shell to complete engine's commands, options and resources."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from engine.cli.root import HELP_NAMES, engine_group
from engine.cli.streams import write_results

COMPLETION_VARIABLE = "_ENGINE_COMPLETE"
_EPILOG = """\b
To switch it on:
  bash  mkdir -p ~/.local/share/bash-completion/completions
        engine completion bash > ~/.local/share/bash-completion/completions/engine
  zsh   mkdir -p ~/.zfunc && engine completion zsh > ~/.zfunc/_engine
        (with fpath+=~/.zfunc before compinit in ~/.zshrc)
  fish  mkdir -p ~/.config/fish/completions
        engine completion fish > ~/.config/fish/completions/engine.fish"""


@click.command("completion", context_settings=HELP_NAMES, epilog=_EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the completion script of a shell."""
    script_class = get_completion_class(shell)
    assert script_class is not None
    script = script_class(engine_group, {}, "engine", COMPLETION_VARIABLE)
    write_results(f"{script.source_template % script.source_vars()}\n")
