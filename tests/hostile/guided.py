"""Fuzzes one kind of file, guided by coverage: `python -m tests.hostile.guided SURFACE FOLDER [libFuzzer's options]`.

FOLDER holds the files to begin with, and gets those that reach something new. Needs atheris (`make torture`).
"""

from __future__ import annotations

import importlib
import pkgutil
import resource
import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

atheris: Any = importlib.import_module("atheris")  # not among what is developed with
MEMORY_BYTES = 3 * 1024**3 // 2
"""More is a MemoryError in the reader: refused where it may happen, else a finding."""
_PACKAGES = ("cache", "engine.sam", "engine.plan", "engine.build")
_OTHERS = ("engine.cli.build", "engine.cli.settings")


def _load() -> None:
    """Import what is fuzzed, with counters of its branches."""
    with atheris.instrument_imports(include=["cache", "engine", "pathspec", "tomllib"]):
        for name in _PACKAGES:
            package = importlib.import_module(name)
            for module in pkgutil.iter_modules(package.__path__, f"{name}."):
                importlib.import_module(module.name)
        for name in _OTHERS:
            importlib.import_module(name)


def main(argv: list[str]) -> None:
    """Fuzz until libFuzzer's `-runs` are over; ends the process."""
    _load()
    from tests.hostile.surfaces import SURFACES

    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    surface = SURFACES[argv[1]]
    for number, seed in enumerate(surface.seeds()):
        (Path(argv[2]) / f"seed-{number}").write_bytes(seed)
    with TemporaryDirectory() as folder:

        def read(data: bytes) -> None:
            surface.read(data, Path(folder))

        def mutate(data: bytes, max_size: int, seed: int) -> bytes:
            return surface.mutate(data, Random(seed))[:max_size]

        atheris.Setup([argv[0], *argv[2:]], read, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
