"""Mutations of real files: read, or refused with an error of the engine's own, in bounded time and memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.hostile.bounded import run_bounded
from tests.hostile.surfaces import SURFACES, Surface

MUTATIONS = {
    "templates": 2000,
    "samconfig.toml": 500,
    "samconfig.yaml": 500,
    "parameter overrides": 500,
    ".samignore": 300,
    "results and trees": 1000,
    "traces": 400,
}
"""In the short form: more than 5,000 in all. The long form has ten times as many, and `guided` of its own."""
CPU_S = 120
"""For all mutations of a kind in the short form, some fifty times what they take: a hang is told from slowness."""


@pytest.mark.parametrize("name", SURFACES)
def test_mutations_of_real_files_are_read_or_refused(
    name: str, tmp_path: Path, torture: bool, chance: Random, figure: Callable[[str, int], None]
) -> None:
    surface, count = SURFACES[name], MUTATIONS[name] * (10 if torture else 1)
    current = tmp_path / "current"
    folder = tmp_path / "project"
    folder.mkdir()
    current.touch()
    surface.seeds()
    ended = run_bounded(lambda: read_all(surface, count, chance, folder, current), CPU_S * (10 if torture else 1))
    figure(f"fuzz: mutations of {name}", count)
    figure("wrong: fuzz", 0 if ended.is_well else 1)
    assert ended.is_well, f"{ended.report}\nsignal {ended.signal}, after reading\n{current.read_bytes()[:2000]!r}"


def read_all(surface: Surface, count: int, chance: Random, folder: Path, current: Path) -> None:
    """Read so many mutations; the one that is being read is also in the file `current`."""
    seeds = surface.seeds()
    for _ in range(count):
        data = surface.mutate(chance.choice(seeds), chance)
        current.write_bytes(data)
        surface.read(data, folder)


def test_there_are_five_thousand_mutations_in_the_short_form() -> None:
    assert sum(MUTATIONS.values()) >= 5000
    assert MUTATIONS.keys() == SURFACES.keys()
