"""Directories and trees that the tests of the cache share."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import strategies as st

from cache.digest import Digest, digest_bytes
from cache.tree import Entry, Tree

LARGE = bytes(range(256)) * 8192
"""2 MiB: more than is read or written in one call."""


CONTENTS: dict[Digest, bytes] = {}
"""What the files of sample trees hold."""


def file_entry(path: str, data: bytes = b"", mode: int = 0o644) -> Entry:
    digest = digest_bytes(data)
    CONTENTS[digest] = data
    return Entry(path, "file", mode, digest, None)


def directory_entry(path: str, mode: int = 0o755) -> Entry:
    return Entry(path, "directory", mode, None, None)


def link_entry(path: str, target: str) -> Entry:
    return Entry(path, "symlink", 0o777, None, target)


def tree_of(*entries: Entry, mode: int = 0o755) -> Tree:
    return Tree(tuple(sorted(entries)), mode)


def write_file(path: Path, data: bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)


def write_artifact(root: Path) -> None:
    """A directory with everything that make may leave: modes, links, an empty folder, a large file, odd names."""
    write_file(root / "app.py", b"print('one')\n")
    write_file(root / "bootstrap", b"#!/bin/sh\n", 0o755)
    write_file(root / "lib" / "deep" / "data.bin", LARGE)
    write_file(root / "lib" / "empty", b"", 0o600)
    write_file(root / "lib" / "line\nbreak \N{SNOWMAN}", b"odd", 0o444)
    write_file(root / ("x" * 255), b"long", 0o4750)
    (root / "nothing").mkdir()
    (root / "lib" / "up").symlink_to("../app.py")
    (root / "dangling").symlink_to("lib/not-there")
    (root / "nothing").chmod(0o2711)
    (root / "lib").chmod(0o555)


def listing(root: Path) -> dict[str, tuple[int, bytes | str | None]]:
    """Mode and content of everything below a directory, the directory itself as `""`."""
    found: dict[str, tuple[int, bytes | str | None]] = {"": (root.stat().st_mode, None)}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            found[name] = (0, os.readlink(path))
        else:
            found[name] = (path.stat().st_mode, path.read_bytes() if path.is_file() else None)
    return found


_names = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=8).filter(
    lambda name: name not in (".", "..")
)
_modes = st.sampled_from([0o644, 0o755]) | st.integers(0, 0o7777)


@st.composite
def trees(draw: st.DrawFn, at_least: int = 0) -> Tree:
    """Any tree whose links stay inside; `at_least`: permission bits that are always set."""
    modes = _modes.map(lambda mode: mode | at_least)
    folders = [""]
    entries: dict[str, Entry] = {}
    for name in draw(st.lists(_names, max_size=12)):
        parent = draw(st.sampled_from(folders))
        path = f"{parent}/{name}" if parent else name
        if path in entries:
            continue
        kind = draw(st.sampled_from(["file", "directory", "symlink"]))
        if kind == "file":
            entries[path] = file_entry(path, draw(st.binary(max_size=3)), draw(modes))
        elif kind == "directory":
            entries[path] = directory_entry(path, draw(modes))
            folders.append(path)
        else:
            entries[path] = link_entry(path, draw(_names))
    return tree_of(*entries.values(), mode=draw(modes))
