"""Compares one run with what the engine is to reach: `python -m benchmarks.reach .bench/results.json`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.generate import Shape
from benchmarks.table import table

ENGINE = "engine"
CONTENT_PEERS = ("turbo", "nx", "bazel")
"""Those that decide by content, as the engine does."""
PEERS = ("sam build", "ninja", "make -rR", *CONTENT_PEERS)
SMALL, LARGE, SCALING = (100, 20), (1000, 20), (10_000, 20)
MEGABYTE = 1e6


class Measured(NamedTuple):
    """A number to hold against a limit."""

    value: float
    detail: str
    """The times behind a ratio."""


class Reach(NamedTuple):
    """One row: a scenario, how much it may cost, and what it cost."""

    scenario: str
    limit: float
    unit: str
    """What the limit counts: `MB`, or `x` and the thing that it is a multiple of."""
    measured: Measured | None
    """None: this run did not measure it."""

    @property
    def met(self) -> bool | None:
        """Whether the limit holds; None: not measured."""
        return None if self.measured is None else self.measured.value <= self.limit


class Run(NamedTuple):
    """The document of a run."""

    document: dict[str, Any]

    def rounds(self, size: tuple[int, int], scenario: str, name: str, field: str = "wall_s") -> list[float]:
        """One number for each round of a subject or floor on the monorepo of one size; empty: not measured."""
        for study in self.document["studies"]:
            if study["shape"] == Shape(*size)._asdict():
                return _field(study, scenario, name, field)
        return []

    def ratio(self, size: tuple[int, int], scenario: str, other: str) -> Measured | None:
        """How many times as long the engine took as the other, within a round."""
        return _paired(self.rounds(size, scenario, ENGINE), self.rounds(size, scenario, other), other)

    def worst(self, size: tuple[int, int], scenario: str, others: Sequence[str]) -> Measured | None:
        """The ratio to that of the others which took the least."""
        return max((found for one in others if (found := self.ratio(size, scenario, one))), default=None)

    def beyond(self, size: tuple[int, int], scenario: str, floor: str) -> Measured | None:
        """What the scenario took beyond a build with nothing to do, as a multiple of the floor; by medians."""
        took, nothing = self.rounds(size, scenario, ENGINE), self.rounds(size, "nothing", ENGINE)
        least = self.rounds(size, scenario, floor)
        if not (took and nothing and least):
            return None
        beyond_s = median(took) - median(nothing)
        return Measured(beyond_s / median(least), f"{_ms(took)} - {_ms(nothing)}, {floor} {_ms(least)}")

    def hardlinked(self, size: tuple[int, int]) -> Measured | None:
        """Restoring by hard links, against `cp -al`."""
        return _paired(self.rounds(size, "restore", "engine hardlink"), self.rounds(size, "restore", "cp-al"), "cp-al")

    def worked(self) -> Measured | None:
        """Building what gcc has work with, against `xargs -P`."""
        for study in self.document["studies"]:
            if study["shape"]["stages"]:
                took, least = (_field(study, "cold-8", name, "wall_s") for name in (ENGINE, "xargs -P"))
                return _paired(took, least, "xargs -P")
        return None

    def scaled(self) -> Measured | None:
        """Nothing to do at ten times the size."""
        large, scaling = (self.rounds(size, "nothing", ENGINE) for size in (LARGE, SCALING))
        if not (large and scaling):
            return None
        return Measured(median(scaling) / median(large), f"{_ms(scaling)}, {_ms(large)}")

    def peak_mb(self, size: tuple[int, int]) -> Measured | None:
        """The engine's largest process in any build."""
        scenarios = ("cold-2", "cold-8", "nothing", "edit", "restore", "branch", "touch")
        peaks = {name: max(self.rounds(size, name, ENGINE, "max_rss_bytes"), default=0.0) for name in scenarios}
        name = max(peaks, key=lambda one: peaks[one])
        return Measured(peaks[name] / MEGABYTE, name) if peaks[name] else None


def _field(study: dict[str, Any], scenario: str, name: str, field: str) -> list[float]:
    row = study["scenarios"].get(scenario, {"subjects": {}, "floors": {}})
    return [one[field] for one in row["subjects"].get(name) or row["floors"].get(name) or []]


def _paired(took: Sequence[float], other: Sequence[float], name: str) -> Measured | None:
    if not (took and other):
        return None
    ratio = median(one / two for one, two in zip(took, other, strict=True))
    return Measured(ratio, f"{_ms(took)}, {name} {_ms(other)}")


def _ms(rounds_s: Sequence[float]) -> str:
    return f"{median(rounds_s) * 1000:,.0f} ms"


def rows(document: dict[str, Any]) -> list[Reach]:
    """Every row that the engine is to reach, on two cores."""
    run = Run(document)
    return [
        Reach("nothing to do, 1000x20", 2.5, "x `git status`", run.ratio(LARGE, "nothing", "git")),
        Reach("nothing to do, 100x20", 0.4, "x Turborepo", run.ratio(SMALL, "nothing", "turbo")),
        Reach("nothing to do, 100x20", 0.03, "x `sam build`", run.ratio(SMALL, "nothing", "sam build")),
        Reach("nothing to do, 1000x20", 0.2, "x best content peer", run.worst(LARGE, "nothing", CONTENT_PEERS)),
        Reach("one edit, beyond nothing to do, 1000x20", 3, "x that `make`", run.beyond(LARGE, "edit", "make")),
        Reach("all touched, beyond nothing to do, 1000x20", 1.5, "x `xxh128sum`", run.beyond(LARGE, "touch", "hash")),
        Reach("restore, 1000x20", 1.5, "x `cp -r`", run.ratio(LARGE, "restore", "cp")),
        Reach("restore by hard links, 1000x20", 1.3, "x `cp -al`", run.hardlinked(LARGE)),
        Reach("cold, 8 jobs, no work, 1000x20", 1.5, "x `xargs -P8`", run.ratio(LARGE, "cold-8", "xargs -P")),
        Reach("cold, 8 jobs, no work, 1000x20", 1, "x best peer", run.worst(LARGE, "cold-8", PEERS)),
        Reach("cold, 8 jobs, gcc works", 1.05, "x `xargs -P8`", run.worked()),
        Reach("nothing to do, 10,000x20", 12, "x 1000x20", run.scaled()),
        Reach("peak memory, 1000x20", 120, "MB", run.peak_mb(LARGE)),
        Reach("peak memory, 10,000x20", 600, "MB", run.peak_mb(SCALING)),
        Reach("`engine --version`", 2.5, "x `python -c pass`", run.ratio(SMALL, "version", "python")),
    ]


def markdown(document: dict[str, Any]) -> str:
    """The rows as a section."""
    head = ("scenario", "at most", "measured", "", "reached")
    return "\n".join(["## Reach", "", *table(head, [_cells(row) for row in rows(document)]), ""])


def _cells(row: Reach) -> tuple[str, ...]:
    wanted = f"{row.limit:g} {row.unit}"
    if row.measured is None:
        return (row.scenario, wanted, "not measured", "", "—")
    return (row.scenario, wanted, f"{row.measured.value:.3g}", row.measured.detail, "yes" if row.met else "**no**")


def main(argv: list[str]) -> int:
    """Prints the table of a run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reach", description=__doc__)
    parser.add_argument("results", type=Path, nargs="?", default=Path(".bench/results.json"), help="(%(default)s)")
    options = parser.parse_args(argv)
    try:
        document = json.loads(options.results.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        parser.error(f"{options.results}: {error}: `make bench` writes it")
    print(markdown(document), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
