"""A parity case: a small project, a command line, and what is known of the outcome."""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """A deliberate difference from `sam build`; the case fails when it is gone as well as when there is another."""

    row: str
    """First cell of its row in the table of differences of `docs/sam-compatibility.md`."""
    exit_code: int | None = None
    """Ours, where it is not sam's."""
    builds: tuple[str, ...] | None = None
    """Our artifact directories, where they are not sam's."""
    paths: tuple[str, ...] = ()
    """Globs of paths below the project that are not the same."""
    says: tuple[str, ...] | None = None
    """Texts on our stderr, where they are not sam's."""
    stdout: str | None = None
    """Ours, where it is not sam's."""


class Case(NamedTuple):
    """One project that both commands build. Directories are relative to the project."""

    name: str
    project: str
    """Text in the form of `tests.parity.project`."""
    argv: tuple[str, ...] = ()
    """Arguments after `build`; `@ROOT@` stands for the project's absolute path (in `env` too)."""
    exit_code: int = 0
    builds: tuple[str, ...] = ()
    """Artifact directories that are there afterwards, below the build directory; nothing is claimed on failures."""
    says: tuple[str, ...] = ()
    """Texts that both commands write to stderr."""
    env: tuple[tuple[str, str], ...] = ()
    cwd: str = "."
    build_dir: str = ".aws-sam/build"
    """Where the artifacts are expected."""
    again: str | None = None
    """Project text written over the first before a second run with the same arguments; the second is compared."""
    again_argv: tuple[str, ...] | None = None
    """Arguments of the second run, where they differ."""
    differs: Difference | None = None


EARLY = Difference("`Build Failed` on stdout", stdout="\nBuild Failed\n")
"""sam prints its banner only for what fails after the template was read; ours ends every failed build with it."""
