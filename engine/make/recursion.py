"""Recursive makes: which makefiles a `$(MAKE) -C sub` may read, by their names."""

from __future__ import annotations

import os
import re
from collections.abc import Container

_USUAL = frozenset(("GNUmakefile", "makefile", "Makefile"))
_SUFFIXES = (".mk", ".mak", ".make")
_CALLS = re.compile(rb"\$[({]MAKE[)}]|(?<![\w.$/-])g?make(?![\w.-])|/g?make(?=\s)")
_GIVEN = re.compile(rb"(?<!\S)(?:-f|--(?:make)?file[=\s])\s*([^\s;&|]+)")


def makefiles_called(makefile: bytes) -> tuple[str, ...] | None:
    """Names without folders of the makefiles given by `-f`, if the makefile runs make; None if it runs none."""
    if not _CALLS.search(makefile):
        return None
    given = {os.path.basename(os.fsdecode(path.strip(b"\"'"))) for path in _GIVEN.findall(makefile)}
    return tuple(sorted(given - {""}))


def is_makefile(path: str, others: Container[str]) -> bool:
    """Whether a file is a makefile by its name: a usual one, one of `others`, or by its suffix."""
    name = path.rpartition("/")[2]
    return name in _USUAL or name.endswith(_SUFFIXES) or name in others
