"""What a traced run did, as it bears on what it depends on."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Act(StrEnum):
    """What was done about a path; the first four are what a build can depend on."""

    READ = "read"
    """Opened for reading, or run."""
    LOOKED_AT = "looked at"
    """Asked for: whether it is there, how large and how old it is, where a link leads."""
    LISTED = "listed"
    """The names in a directory were read."""
    MISSED = "missed"
    """Asked for, and not there."""
    MADE = "made"
    """Created or written anew by the run itself."""


class Touched(NamedTuple):
    """A path and what was done about it."""

    act: Act
    path: str
    """Absolute, as it was asked for: with `..` and links as they stand there."""
    real: str | None
    """Absolute and resolved, where the kernel told it."""
    by: str
    """Path of the program that did it."""


class Ran(NamedTuple):
    """A program was started."""

    path: str
    argv: tuple[str, ...]
    cwd: str
    by: str
    """Path of the program that started it."""


class Connected(NamedTuple):
    """A connection was tried."""

    family: str
    """`inet` or `unix`."""
    address: str
    """An IP address, or the path of a socket."""
    port: int
    """0 for `unix`."""
    by: str


Event = Touched | Ran | Connected
