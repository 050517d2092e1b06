"""What an outer make, or the user, tells make through the environment, and which of it a build heeds.

MAKEFLAGS holds options and variable definitions (GNU make's manual, "Communicating Options to a Sub-make"): its first
word may lack the dash, blanks within a word are escaped by a backslash, and what follows `--` are definitions. Those
that change what is built stay and belong to the key. The rest is about how the outer make runs: with `-i` half an
artifact would be recorded for a whole one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.errors import InputError

VARIABLES = ("GNUMAKEFLAGS", "MAKEFLAGS")
"""Where make takes options from, in its own order."""

_NOISE = frozenset(
    ("MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MAKE_RESTARTS", "MAKE_TERMOUT", "MAKE_TERMERR", "CARGO_MAKEFLAGS")
)
_HEEDED = frozenset(("environment-overrides", "no-builtin-rules", "no-builtin-variables", "include-dir", "eval"))
_NOT_FOR_REAL = {"just-print": "-n", "touch": "-t", "question": "-q"}
_SHORT = {
    "e": "environment-overrides", "r": "no-builtin-rules", "R": "no-builtin-variables", "n": "just-print",
    "t": "touch", "q": "question", "I": "include-dir", "E": "eval", "C": "directory", "f": "file", "o": "old-file",
    "W": "what-if", "j": "jobs", "l": "load-average", "O": "output-sync",
}  # fmt: skip
"""Names of the short options that matter here; of every other one the letter will do."""
_SAME = {"dry-run": "just-print", "recon": "just-print"}
_WITH_ARGUMENT = frozenset(
    (
        "include-dir", "eval", "directory", "file", "makefile", "old-file", "assume-old", "what-if", "new-file",
        "assume-new", "jobserver-auth", "jobserver-fds", "jobserver-style", "sync-mutex",
    )
)  # fmt: skip
"""Options whose argument may be the next word."""
_REST_IS_ARGUMENT = _WITH_ARGUMENT | {"jobs", "load-average", "output-sync"}
_LONG = tuple(
    sorted(
        {*_SHORT.values(), *_SAME, *_WITH_ARGUMENT} | {
            "always-make", "check-symlink-times", "debug", "help", "ignore-errors", "keep-going", "max-load",
            "no-keep-going", "no-print-directory", "no-silent", "print-data-base", "print-directory", "quiet",
            "shuffle", "silent", "stop", "temp-stdin", "trace", "version", "warn", "warn-undefined-variables",
        }
    )
)  # fmt: skip

_WORD = r"(?s:\\.|[^ \t\\]|\\\Z)+"


class _Option(NamedTuple):
    name: str
    argument: str
    """As it stands there, escapes included; empty where there is none."""


def heeded_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` with only those flags for make that change what is built, and without an outer make's own variables.

    Raises:
        InputError: where make is told not to run anything for real.
    """
    kept = {name: value for name, value in environ.items() if name not in _NOISE}
    for name in VARIABLES:
        flags = _heeded(name, kept.pop(name, ""))
        if flags:
            kept[name] = flags
    return kept


def _heeded(variable: str, flags: str) -> str:
    """The part of `flags` that counts, in a form of its own, so that other ways to write it are the same key."""
    options, definitions = _parsed(flags)
    for option in options:
        if option.name in _NOT_FOR_REAL:
            raise _not_for_real(variable, _NOT_FOR_REAL[option.name])
    words = [f"--{name}={argument}" if argument else f"--{name}" for name, argument in options if name in _HEEDED]
    return " ".join(words + (["--", *definitions] if definitions else []))


def _not_for_real(variable: str, flag: str) -> InputError:
    return InputError(
        f"{variable} tells make to run nothing for real ({flag}), but a build runs what is not up to date",
        hint=f"leave out {flag}; under it make skips a recipe line that has neither + nor $(MAKE)",
    )


def _parsed(flags: str) -> tuple[list[_Option], list[str]]:
    """(options, definitions) in their order, read as make reads them."""
    words = re.findall(_WORD, flags)
    if words and not words[0].startswith("-") and "=" not in words[0]:
        words[0] = "-" + words[0]
    options: list[_Option] = []
    definitions: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            definitions += rest
        elif word.startswith("--"):
            options.append(_long(word[2:], rest))
        elif word.startswith("-"):
            options += _cluster(word[1:], rest)
        else:
            definitions.append(word)
    return options, [word for word in definitions if "=" in word]


def _long(text: str, rest: Iterator[str]) -> _Option:
    given, equals, argument = text.partition("=")
    name = _full_name(given)
    if not equals and name in _WITH_ARGUMENT:
        argument = next(rest, "")
    return _Option(name, argument)


def _full_name(given: str) -> str:
    """The option of that name, or the only one that begins so."""
    names = [given] if given in _LONG else [name for name in _LONG if name.startswith(given)]
    meant = {_SAME.get(name, name) for name in names}
    return meant.pop() if len(meant) == 1 else given


def _cluster(letters: str, rest: Iterator[str]) -> Iterator[_Option]:
    """The options of a word such as `kI/usr/include`."""
    for index, letter in enumerate(letters):
        name = _SHORT.get(letter, letter)
        if name in _REST_IS_ARGUMENT:
            argument = letters[index + 1 :]
            yield _Option(name, argument or (next(rest, "") if name in _WITH_ARGUMENT else ""))
            return
        yield _Option(name, "")
