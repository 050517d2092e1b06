"""Which subjects there are, and where their executables lie."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from benchmarks.subjects.bazel import Bazel
from benchmarks.subjects.engine import Engine, HardlinkEngine
from benchmarks.subjects.gnu_make import GnuMake
from benchmarks.subjects.ninja import Ninja
from benchmarks.subjects.nx import Nx
from benchmarks.subjects.sam import Sam
from benchmarks.subjects.subject import Subject
from benchmarks.subjects.turbo import Turbo
from benchmarks.subjects.xargs import Xargs

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def subjects(
    engine: str | None = None, sam: str | None = None, node_modules: Path | None = None
) -> tuple[Subject, ...]:
    """Every subject, installed or not, the engine first: the others are compared with it.

    The peers from npm lie in `node_modules`: where `install_peers.sh` puts them, unless another folder is named.
    """
    engine = engine or beside_python("engine")
    packages = node_modules or CHECKOUT / ".bench" / "npm" / "node_modules"
    return (
        Engine(engine),
        HardlinkEngine(engine),
        Sam(sam or os.environ.get("ENGINE_TEST_SAM") or str(CHECKOUT / ".venv-sam" / "bin" / "sam")),
        Ninja(beside_python("ninja")),
        GnuMake("make"),
        Turbo(packages),
        Nx(packages),
        Bazel("bazel"),
        Xargs(),
    )


def beside_python(name: str) -> str:
    """The executable of this virtual environment, else the one on PATH, else the bare name."""
    beside = Path(sys.prefix) / "bin" / name
    return str(beside) if beside.exists() else shutil.which(name) or name
