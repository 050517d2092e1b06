"""A command as an executor starts it, and what may be put around it, such as a sandbox or a tracer."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from engine.plan.action import Action


class Command(NamedTuple):
    """One program to start."""

    executable: str
    """Absolute path of the program."""
    argv: tuple[str, ...]
    environ: dict[str, str]


class Place(NamedTuple):
    """Where a command runs; absolute paths."""

    root: str
    """The scratch copy of the code directory, or the code directory itself where make runs in source."""
    cwd: str
    artifacts_dir: str


class Wrapper(Protocol):
    """Puts something around make."""

    def __call__(self, action: Action, command: Command, place: Place) -> Command:
        """The command to start instead of `command`.

        Raises:
            EnvironmentFault: when what it needs is not there.
        """
        ...


def bare(action: Action, command: Command, place: Place) -> Command:
    """The command as it is."""
    return command
