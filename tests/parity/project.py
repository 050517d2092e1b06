"""A small project as one text: what stands below each `-- path --` line is written to that path.

    -- template.yaml --          a file (mode 644)
    -- src/run.sh mode=755 --    a file with its permission bits, octal
    -- src/empty/ --             a directory (mode 755, or `mode=`)
    -- src/link -> app.py --     a symbolic link with its text
    -- src/old.py deleted --     removes what an earlier text wrote

The text is dedented as a whole. `@ROOT@` stands for the absolute path of the project. In makefiles four leading
spaces stand for a tab, so that the text stays readable in Python sources.
"""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from pathlib import Path
from typing import NamedTuple

_HEADER = re.compile(
    r"^-- (?P<path>[^\n]+?)(?: mode=(?P<mode>[0-7]+)| -> (?P<target>[^\n]+?)| (?P<deleted>deleted))? --$", re.MULTILINE
)
MTIME_S = 1_600_000_000
"""Modification time of every file that is written, in seconds since the epoch: recipes may look at it."""


class Part(NamedTuple):
    """One path of a project and what is to stand there."""

    path: str
    text: str
    mode: int | None = None
    target: str | None = None
    deleted: bool = False

    @property
    def is_directory(self) -> bool:
        return self.path.endswith("/")

    @property
    def is_makefile(self) -> bool:
        return self.path.lower().endswith(("makefile", ".mk"))


def parts_of(text: str) -> list[Part]:
    """The parts of a project text, in order.

    Raises ValueError where text stands before the first header.
    """
    text = textwrap.dedent(text).lstrip("\n")
    headers = list(_HEADER.finditer(text))
    if not headers or headers[0].start() != 0:
        raise ValueError(f"a project starts with a '-- path --' line, not with {text[:40]!r}")
    ends = [header.start() for header in headers[1:]] + [len(text)]
    return [_part(header, text[header.end() + 1 : end]) for header, end in zip(headers, ends, strict=True)]


def _part(header: re.Match[str], body: str) -> Part:
    mode = header["mode"]
    part = Part(header["path"], body, int(mode, 8) if mode else None, header["target"], header["deleted"] is not None)
    if not part.is_makefile:
        return part
    return part._replace(text=re.sub(r"^    ", "\t", body, flags=re.MULTILINE))


def write_project(text: str, root: Path) -> None:
    """Write every part below `root`; directory modes come last, so that read-only ones can be filled."""
    parts = parts_of(text)
    for part in parts:
        _write(part, root)
    for part in parts:
        if part.is_directory and not part.deleted:
            os.chmod(root / part.path, part.mode or 0o755)


def _write(part: Part, root: Path) -> None:
    path = root / part.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if part.deleted:
        _remove(path)
    elif part.is_directory:
        path.mkdir(exist_ok=True)
    elif part.target is not None:
        path.symlink_to(part.target.replace("@ROOT@", str(root)))
    else:
        path.write_text(part.text.replace("@ROOT@", str(root)), encoding="utf-8")
        path.chmod(part.mode or 0o644)
        os.utime(path, (MTIME_S, MTIME_S))


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
