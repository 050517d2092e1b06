"""What the text of one makefile says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.make.deciding import looks_around, may_read_others
from engine.make.naming import named_variables
from engine.make.recursion import makefiles_called


class Facts(NamedTuple):
    """Plain data, remembered by the digest of the text and the names of the environment's variables."""

    includes: bool
    """Whether it may read other makefiles."""
    looks: bool
    """Whether that may depend on what no trace knows."""
    calls: tuple[str, ...] | None
    """Names of makefiles that it gives a recursive make besides the usual ones; None: it runs no make."""
    variables: tuple[str, ...]
    """Variables of this environment that it names."""


def facts_of(makefile: bytes, environ: Mapping[str, str]) -> Facts:
    """The facts of a makefile with this text, in this environment."""
    return Facts(
        may_read_others(makefile, environ),
        looks_around(makefile),
        makefiles_called(makefile),
        tuple(sorted(named_variables([makefile], environ))),
    )
