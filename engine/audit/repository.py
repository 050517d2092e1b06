"""What git says of the repository: commands whose output is an input that no file names well."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator

from engine.audit.coverage import is_within
from engine.audit.events import Ran
from engine.audit.findings import RepositoryFinding
from engine.audit.programs import Ask, words_of

_ANY_COMMIT = "git rev-parse HEAD"


def repository_findings(
    repositories: Iterable[str], ran: Iterable[Ran], declared: Iterable[str], project_dir: str, ask: Ask
) -> tuple[RepositoryFinding, ...]:
    """The lines of `Tools` that pin what git said of `repositories`; nothing where one that runs git is `declared`.

    The best line is the command that the recipe ran itself, so that a commit that changes nothing in its output
    changes nothing in the key.
    """
    if any("git" in map(os.path.basename, words_of(line)) for line in declared):
        return ()
    commands = tuple(ran)
    return tuple(
        RepositoryFinding(repository, tool)
        for repository in repositories
        for tool in _tools(os.path.dirname(repository), commands, project_dir, ask)
    )


def _tools(work_tree: str, ran: tuple[Ran, ...], project_dir: str, ask: Ask) -> tuple[str, ...]:
    lines = dict.fromkeys(_lines(work_tree, ran, project_dir))
    good = tuple(line for line in lines if ask(line) is not None)
    return good or (_at(work_tree, project_dir, _ANY_COMMIT.split()[1:]),)


def _lines(work_tree: str, ran: tuple[Ran, ...], project_dir: str) -> Iterator[str]:
    for one in ran:
        if os.path.basename(one.path) == "git" and len(one.argv) > 1:
            folder, rest = _folder(one)
            if is_within(folder, work_tree):
                yield _at(folder, project_dir, rest)


def _folder(ran: Ran) -> tuple[str, list[str]]:
    """Where git works, and its arguments without the `-C` options that lead there."""
    folder, rest = ran.cwd, list(ran.argv[1:])
    while len(rest) > 1 and rest[0] == "-C":
        folder = os.path.normpath(os.path.join(folder, rest[1]))
        rest = rest[2:]
    return folder, rest


def _at(folder: str, project_dir: str, arguments: list[str]) -> str:
    relative = os.path.relpath(folder, project_dir)
    return shlex.join(["git", *([] if relative == "." else ["-C", relative]), *arguments])
