"""Which subjects there are, and where their executables lie."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from benchmarks.subjects.engine import Engine
from benchmarks.subjects.ninja import Ninja
from benchmarks.subjects.sam import Sam
from benchmarks.subjects.subject import Subject
from benchmarks.subjects.xargs import Xargs

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def subjects(engine: str | None = None, sam: str | None = None) -> tuple[Subject, ...]:
    """Every subject, installed or not, the engine first: the others are compared with it."""
    return (
        Engine(engine or beside_python("engine")),
        Sam(sam or os.environ.get("ENGINE_TEST_SAM") or str(CHECKOUT / ".venv-sam" / "bin" / "sam")),
        Ninja(beside_python("ninja")),
        Xargs(),
    )


def beside_python(name: str) -> str:
    """The executable of this virtual environment, else the one on PATH, else the bare name."""
    beside = Path(sys.prefix) / "bin" / name
    return str(beside) if beside.exists() else shutil.which(name) or name
