"""How makes and cargo are told of a jobserver: the words for it in `MAKEFLAGS` and `CARGO_MAKEFLAGS`.

Formats: GNU make's manual, "Sharing Job Slots with GNU make". Clients are told descriptors, `R,W`, which every make and
cargo understands; make before 4.4 ends at a `fifo:` path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_DEFINITIONS = r"(?:^|\s)--(?=\s|$)"
_AUTH = r"(?:^|\s)--jobserver-(?:auth|fds)=(\S+)"
_PIPE = r"([0-9]+),([0-9]+)"
_FIFO = "fifo:"


class Ends(NamedTuple):
    """Descriptors of a pool of tokens: a byte taken from `read` is a job slot, and goes back into `write`."""

    read: int
    write: int


def outer_pool(environ: Mapping[str, str]) -> Ends | str | None:
    """The pool of the make that runs this process: descriptors, or the path of a FIFO; None where it names none.

    The descriptors may be closed or anything: make closes them for a recipe without `+`, and goes on naming them.
    """
    flags = environ.get("MAKEFLAGS")
    named = re.findall(_AUTH, re.split(_DEFINITIONS, flags, maxsplit=1)[0]) if flags else []
    if not named:
        return None
    if named[-1].startswith(_FIFO):
        return str(named[-1].removeprefix(_FIFO))
    pipe = re.fullmatch(_PIPE, named[-1])
    return Ends(int(pipe[1]), int(pipe[2])) if pipe else None


def sharing_environment(environ: Mapping[str, str], jobs: int, *, cargo: Ends, make: Ends | None) -> dict[str, str]:
    """`environ` with the pool for cargo, which reads a variable of its own, and for make where `make` is given.

    The two need descriptors of their own: make closes its own for a recipe without `+`, which may run cargo.
    """
    shared = {**environ, "CARGO_MAKEFLAGS": _words(jobs, cargo)}
    if make is not None:
        shared["MAKEFLAGS"] = " ".join(filter(None, (_words(jobs, make), environ.get("MAKEFLAGS"))))
    return shared


def _words(jobs: int, ends: Ends) -> str:
    """The options in the form for make since 4.2 and in the one for those before; each make passes over the other."""
    return f"-j{jobs} --jobserver-fds={ends.read},{ends.write} --jobserver-auth={ends.read},{ends.write}"
