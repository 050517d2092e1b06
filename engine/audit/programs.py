"""Programs whose versions decide what is built: which of those that ran, and the lines of `Tools` that pin them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.audit.coverage import is_within
from engine.audit.events import Ran
from engine.audit.findings import ProgramFinding
from engine.audit.surroundings import PROGRAM_FOLDERS
from engine.audit.utilities import CARRIERS, UTILITIES, asks_for_version, is_part_of_compiler, version_command

Ask = Callable[[str], str | None]
"""The first line of what a command line prints; None where it fails."""

_OF_ALL = frozenset(("/", "/usr", "/usr/local"))
"""Folders in which there is more than one installation."""
_SHEBANG = b"#!"
_WORD = re.compile(r"[^\s\"'`$()<>|;&]+")
"""A word of a command line, also within a substitution such as `$(command -v node)`."""


class Programs:
    """The programs of one run."""

    def __init__(self, declared: Iterable[str], environ: Mapping[str, str], project_dir: str, ask: Ask) -> None:
        """`declared` are the lines of `Tools`, which run in `project_dir`."""
        self._search = environ.get("PATH", os.defpath)
        self._project_dir = project_dir
        self._ask = ask
        self._pinned = {pinned for line in declared for pinned in self._named_in(line)}

    def _named_in(self, line: str) -> Iterator[str]:
        """Names and resolved paths of the programs that a command line may run."""
        for word in {*words_of(line), *_WORD.findall(line)}:
            found = shutil.which(word, path=self._search)
            yield os.path.basename(word)
            yield os.path.realpath(found or os.path.join(self._project_dir, word))

    def findings(
        self, ran: Iterable[Ran], source_of: Callable[[str], str], is_source: Callable[[str], bool]
    ) -> tuple[ProgramFinding, ...]:
        """Those that count, declared or not, by name.

        `source_of` says where a path in the scratch copy comes from; what `is_source` is a file like others.
        """
        counted = [
            path
            for one in ran
            for path, by in _with_interpreter(one, source_of)
            if not is_source(path) and self._counts(path, os.path.basename(by), one.argv)
        ]
        found = {os.path.basename(path): path for path in reversed(counted)}
        homes = {home for path in counted for home in _homes(path)} - _OF_ALL
        return tuple(
            self._finding(name, path)
            for name, path in sorted(found.items())
            if self._is_on_path(path) or not any(_is_deep_in(path, home) for home in homes)
        )

    def _counts(self, path: str, by: str, argv: tuple[str, ...]) -> bool:
        """Whether a version may matter; `by` is the name of the program that ran it."""
        name = os.path.basename(path)
        if name in UTILITIES or name in CARRIERS or is_part_of_compiler(name, by):
            return False
        if by not in UTILITIES and asks_for_version(argv):
            return False
        return self._is_on_path(path) or os.path.basename(os.path.dirname(path)) in PROGRAM_FOLDERS

    def _is_on_path(self, path: str) -> bool:
        return os.path.dirname(path) in self._search.split(os.pathsep)

    def _finding(self, name: str, path: str) -> ProgramFinding:
        if not self._pinned.isdisjoint((name, os.path.realpath(path))):
            return ProgramFinding(name, path, "", "", True)
        call = self._call(name, path)
        tool = version_command(name, call)
        said = None if tool is None else self._ask(tool)
        if tool is None or said is None:
            return ProgramFinding(name, path, "", f'sha256sum < "$(command -v {call})"', False)
        return ProgramFinding(name, path, said, tool, False)

    def _call(self, name: str, path: str) -> str:
        """How a line of `Tools` calls it: by its name, where that finds this very program."""
        found = shutil.which(name, path=self._search)
        if found is not None and os.path.realpath(found) == os.path.realpath(path):
            return shlex.quote(name)
        inside = is_within(path, self._project_dir)
        return shlex.quote(os.path.join(".", os.path.relpath(path, self._project_dir)) if inside else path)


def _homes(path: str) -> Iterator[str]:
    """The folders that a program is installed in."""
    for place in (path, os.path.realpath(path)):
        yield os.path.dirname(os.path.dirname(place))


def _is_deep_in(path: str, home: str) -> bool:
    """Whether a program lies below an installation, and not among the programs of it: it is a part of another."""
    return is_within(path, home) and os.path.dirname(os.path.dirname(path)) != home


def words_of(line: str) -> list[str]:
    """The words of a shell command line, as far as it can be read."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _with_interpreter(ran: Ran, source_of: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """(path, who ran it) of a program, and of the interpreter in its first line, which the kernel starts by itself."""
    path = os.path.normpath(ran.path)
    yield path, ran.by
    interpreter = interpreter_of(source_of(path))
    if interpreter is not None:
        yield interpreter, path


def interpreter_of(path: str) -> str | None:
    """What the first line of a script names (`#!/usr/bin/python3`); None for other files."""
    try:
        with open(path, "rb") as file:
            first = file.readline(256)
    except OSError:
        return None
    words = first[len(_SHEBANG) :].split() if first.startswith(_SHEBANG) else []
    return os.fsdecode(words[0]) if words else None
