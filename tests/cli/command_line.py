"""Command lines and configuration files as tests write them down."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from engine.cli.build import build_command
from engine.cli.settings import Settings, resolve_settings

_COMPLETE = "from engine.cli.main import main; raise SystemExit(main())"


def settings(cwd: Path, *args: str, **environ: str) -> Settings:
    """Resolve a command line as `engine build` does in ``cwd``."""
    context = build_command.make_context("build", list(args))
    return resolve_settings(context, {"HOME": "/users/me", **environ}, str(cwd))


def configure(folder: Path, text: str, name: str = "samconfig.toml") -> None:
    """Write a configuration file of sam's version."""
    (folder / name).write_text(f"version = 0.1\n{text}")


def complete(words: str, index: int, cwd: Path) -> list[str]:
    """Ask for completions as bash's script does: the words so far and which of them is being written."""
    environ = {**os.environ, "_ENGINE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(index)}
    done = subprocess.run(
        [sys.executable, "-c", _COMPLETE], env=environ, cwd=cwd, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]
