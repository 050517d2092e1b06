"""What a sandbox shows of the file system: a table of paths in which the longest prefix decides."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

_LINKS_FOLLOWED = 40  # as many as the kernel follows


class Kind(Enum):
    """How a path is shown."""

    READ = auto()
    WRITE = auto()
    PRIVATE = auto()
    """Writable, from another place that is empty at first."""
    COPY = auto()
    """Read-only, from another place that holds copies of what belongs here."""
    HIDDEN = auto()
    """A folder is empty and read-only, a file cannot be opened."""


class Mount(NamedTuple):
    """What is shown at a path."""

    kind: Kind
    source: str
    """Absolute path of what is shown; meaningless for what is hidden."""


class Mounts:
    """The table. At first everything may be read, and devices and processes are as they are.

    Its paths are free of symbolic links; those on the way to what is shown are shown too, so that it is found by the
    path that was given.
    """

    def __init__(self) -> None:
        self._at = {"/": Mount(Kind.READ, "/"), "/dev": Mount(Kind.WRITE, "/dev"), "/proc": Mount(Kind.WRITE, "/proc")}
        self._links: dict[str, str] = {}

    def copy(self) -> Mounts:
        """Another table that says the same."""
        other = Mounts()
        other._at, other._links = dict(self._at), dict(self._links)
        return other

    def show(self, path: str, kind: Kind = Kind.READ, source: str | None = None, *, follow: bool = True) -> str:
        """Show the absolute `path`, from `source` where that is elsewhere; its path without links.

        Not to `follow` is for a place that is a link now, where in the sandbox there is none.
        """
        real = self.follow(path) if follow else path
        self._at[real] = Mount(kind, source or real)
        return real

    def follow(self, path: str) -> str:
        """The absolute `path` without links, which are shown so far as what they lead to is shown."""
        real, links = _followed(path)
        self._links |= links
        return real

    def show_instead(self, kind: Kind, source: str) -> None:
        """Give every path that is shown in the way of `kind` one source."""
        self._at |= {path: Mount(kind, source) for path, mount in self._at.items() if mount.kind is kind}

    def hide(self, path: str) -> None:
        """Hide the absolute `path`, itself no link, and what is in it and not shown."""
        self._at[path] = Mount(Kind.HIDDEN, "")

    def hide_unless_shown(self, path: str) -> None:
        """The same where nothing is said of just that path."""
        self._at.setdefault(path, Mount(Kind.HIDDEN, ""))

    def names(self, path: str) -> bool:
        """Whether something is said of just that path."""
        return path in self._at

    def is_hidden(self, path: str) -> bool:
        """Whether a path without links, as it is now, is not to be seen."""
        return self._ruling(path).kind in (Kind.HIDDEN, Kind.PRIVATE)

    def ways(self, path: str) -> frozenset[Kind]:
        """How what `path` leads to is shown, and each link on the way there."""
        real, links = _followed(path)
        return frozenset(self._ruling(place).kind for place in (real, *links))

    def _ruling(self, path: str) -> Mount:
        """What decides how a path without links is shown."""
        return self._nearest(path)[1]

    def _nearest(self, path: str) -> tuple[str, Mount]:
        while path not in self._at:
            path = os.path.dirname(path)
        return path, self._at[path]

    def arguments(self) -> list[str]:
        """The table as bubblewrap's arguments, which it follows in their order."""
        said = ["--ro-bind", "/", "/", "--dev-bind", "/dev", "/dev", "--bind", "/proc", "/proc"]
        sealed: list[str] = []
        for path in sorted(self._at.keys() - {"/", "/dev", "/proc"}, key=lambda path: path.split("/")):
            mount = self._at[path]
            if mount != self._inherited(path):
                said += _mounting(path, mount)
                if mount.kind is Kind.COPY or (mount.kind is Kind.HIDDEN and os.path.isdir(path)):
                    sealed.append(path)
        for path, text in self._missing_links():
            said += ("--symlink", text, path)
        for path in sealed:  # last: the places for what is shown in it had to be made
            said += ("--remount-ro", path)
        return said

    def _inherited(self, path: str) -> Mount:
        """How the path would be shown if nothing were said of it."""
        above, mount = self._nearest(os.path.dirname(path))
        if mount.kind is Kind.HIDDEN:
            return mount
        return mount._replace(source=mount.source.rstrip("/") + path[len(above.rstrip("/")) :])

    def _missing_links(self) -> Iterator[tuple[str, str]]:
        for path, text in self._links.items():
            if self.is_hidden(path):
                yield path, text


def _followed(path: str) -> tuple[str, dict[str, str]]:
    """`path` without links, and the text of each link on the way by its place."""
    waiting = path.split("/")[::-1]
    done = ""
    links: dict[str, str] = {}
    left = _LINKS_FOLLOWED
    while waiting:
        name = waiting.pop()
        if name in ("", "."):
            continue
        at = os.path.dirname(done) if name == ".." else f"{done.rstrip('/')}/{name}"
        text = _link_text(at) if left else None
        if text is None:
            done = at
            continue
        left -= 1
        links[at] = text
        done = "" if text.startswith("/") else done
        waiting += text.split("/")[::-1]
    return done or "/", links


def _link_text(path: str) -> str | None:
    try:
        return os.readlink(path)
    except OSError:
        return None


def _mounting(path: str, mount: Mount) -> tuple[str, ...]:
    if mount.kind is Kind.READ:
        return "--ro-bind", mount.source, path
    if mount.kind is not Kind.HIDDEN:
        return "--bind", mount.source, path
    if os.path.isdir(path):
        return "--tmpfs", path
    return ("--ro-bind", "/dev/null", path) if os.path.lexists(path) else ()  # no device opens in such a mount
