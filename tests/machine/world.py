"""The project as a value: files, targets and variables, from which the oracle computes what a build leaves."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

TEMPLATE = "template.yaml"
DIRECTORIES = ("s0", "s1", "s2", ".")
"""Code directories, relative to the project; one of them is the project itself."""
INPUTS = "shared/*.txt"


class File(NamedTuple):
    """A regular file."""

    data: bytes
    mode: int = 0o644


class Folder(NamedTuple):
    """A directory; one that is not named has mode 0755."""

    mode: int = 0o755


class Link(NamedTuple):
    """A symbolic link."""

    text: str


Entry = File | Folder | Link
Tree = dict[str, Entry]
"""What lies in a directory, at every depth, by relative path."""


class Dangling(Exception):
    """A link among the sources leads nowhere, which fails the target."""


@dataclass(frozen=True)
class Target:
    """A function or layer of the template, and what its recipe does."""

    name: str
    code: str
    is_layer: bool = False
    depends_on: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    """Names of the layers that it references: they come before it, and are no input."""
    whole: bool = False
    """Whether it copies all that it sees, rather than a few files only."""
    says_stage: bool = False
    says_common: bool = False
    says_hidden: bool = False
    """Whether it reads a declared variable that no makefile names."""
    reads_inputs: bool = False
    has_tool: bool = False
    ignore: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    """What it writes where it runs: `gen` and `obj` each time, `once` where it is not there, `lock` into an input."""
    shape: str = ""
    """`links`: links, modes and an empty folder; `odd`: a link that no store takes; empty: plain files."""


@dataclass
class World:
    """Everything that decides what is built, but for `Makefile`s and the template, which `recipes` renders."""

    targets: dict[str, Target] = field(default_factory=dict)
    """In the order of the template, dependencies before dependents."""
    files: Tree = field(default_factory=dict)
    """By path relative to the project."""
    variables: dict[str, str] = field(default_factory=dict)
    tool: str = "1"

    def copy(self) -> World:
        """Another one, equal to this one now."""
        return World(dict(self.targets), dict(self.files), dict(self.variables), self.tool)

    def change(self, name: str, **fields: Any) -> None:
        """Replace fields of a target."""
        self.targets[name] = replace(self.targets[name], **fields)

    def ancestors(self, names: set[str]) -> set[str]:
        """`names` and all that comes before them."""
        found: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [*self.targets[name].depends_on, *self.targets[name].layers]
        return found


def below(files: Tree, directory: str) -> Tree:
    """What lies below a directory, by path relative to it; links are not followed."""
    prefix = "" if directory == "." else directory + "/"
    found: Tree = {}
    for path, entry in files.items():
        if path.startswith(prefix):
            relative = path[len(prefix) :]
            while parent := posixpath.dirname(relative):
                found.setdefault(parent, files.get(prefix + parent, Folder()))
                relative = parent
            found[path[len(prefix) :]] = entry
    return found


def exists(files: Tree, path: str) -> bool:
    """Whether there is a file, link or directory."""
    return path in files or any(other.startswith(path + "/") for other in files)


def ignored(path: str, is_directory: bool, patterns: tuple[str, ...]) -> bool:
    """The meaning of the few gitignore patterns that are used here."""
    name = posixpath.basename(path)
    return any(
        {
            "*.md": name.endswith(".md"),
            "ig/": is_directory and name == "ig",
            "obj/": is_directory and name == "obj",
            "/sub/d": path == "sub/d",
        }[pattern]
        for pattern in patterns
    )


def seen(files: Tree, directory: str, patterns: tuple[str, ...]) -> Tree:
    """What make sees of a code directory: links followed, what is ignored left out.

    Raises:
        Dangling: for a link that leads nowhere.
    """
    samignore = files.get(posixpath.normpath(f"{directory}/.samignore"))
    if isinstance(samignore, File):
        patterns = (*patterns, *samignore.data.decode().split())
    found: Tree = {}
    _see(files, directory, "", patterns, found)
    return found


def _see(files: Tree, directory: str, prefix: str, patterns: tuple[str, ...], found: Tree) -> None:
    for name, direct in below(files, directory).items():
        if "/" in name or name == ".git":
            continue
        path, place = prefix + name, posixpath.normpath(f"{directory}/{name}")
        entry, at = _followed(files, place, direct)
        if ignored(path, isinstance(entry, Folder), patterns):
            continue
        if entry is None:
            raise Dangling(place)
        found[path] = entry
        if isinstance(entry, Folder):
            _see(files, at, path + "/", patterns, found)


def _followed(files: Tree, place: str, entry: Entry) -> tuple[File | Folder | None, str]:
    """What a path means, and where that lies; None where a link leads nowhere."""
    while isinstance(entry, Link):
        place = posixpath.normpath(posixpath.join(posixpath.dirname(place), entry.text))
        if not exists(files, place):
            return None, place
        entry = files.get(place, Folder())
    return entry, place
