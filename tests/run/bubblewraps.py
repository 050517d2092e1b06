"""The machine's bubblewrap, others that count, and some that refuse: scripts that come first on PATH."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.run.bubblewrap import Bubblewrap, find_bubblewrap


def installed() -> Bubblewrap:
    """The machine's; fails where it is missing."""
    found = find_bubblewrap(os.environ)
    return found or pytest.fail("bubblewrap is not installed: apt-get install bubblewrap")


def counting(folder: Path, environ: dict[str, str], comment: str = "") -> Callable[[], int]:
    """Puts one that works on the PATH of `environ`; gives the number of its calls so far."""
    calls = folder / "calls"
    _script(folder, environ, f'{comment}echo >> {calls}\nexec {shutil.which("bwrap")} "$@"\n')
    return lambda: len(calls.read_text())


def refusing(folder: Path, environ: dict[str, str], words: str = "bwrap: no") -> None:
    """Puts one that refuses in these words on the PATH of `environ`."""
    _script(folder, environ, f"echo '{words}' >&2\nexit 1\n")


def _script(folder: Path, environ: dict[str, str], text: str) -> None:
    folder.mkdir(exist_ok=True)
    program = folder / "bwrap"
    program.write_text(f"#!/bin/sh\n{text}")
    program.chmod(0o755)
    environ["PATH"] = f"{folder}:{os.environ['PATH']}"
