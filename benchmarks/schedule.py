"""The command that judges the order of starts: `python -m benchmarks.schedule`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, median
from typing import NamedTuple

from benchmarks.simulation import (
    Case,
    Queue,
    lower_bound_s,
    makespan_s,
    misjudged,
    random_case,
    simulate,
    with_tightest_jobs,
)
from engine.plan.states import Plan

GRAPHS = 200


class Ratios(NamedTuple):
    """How many times the lower bound each simulated build took, in ascending order."""

    plan: list[float]
    """With the engine's own plan."""
    queue: list[float]
    """First in, first out."""


def judge(
    cases: Sequence[Case], expected: Callable[[int, Case], Mapping[str, float]] = lambda _, case: case.seconds
) -> Ratios:
    """Run every case both ways; the plan goes by what `expected` says of a case and its place."""
    plan: list[float] = []
    queue: list[float] = []
    for place, case in enumerate(cases):
        bound_s = lower_bound_s(case)
        for order, ratios in ((Plan(case.graph, expected(place, case)), plan), (Queue(case.graph), queue)):
            ratios.append(makespan_s(simulate(order, case.seconds, case.jobs)) / bound_s)
    return Ratios(sorted(plan), sorted(queue))


def markdown(rows: Mapping[str, Ratios]) -> str:
    """One line for each kind of case and order."""
    lines = [
        "| simulated builds | order | median | mean | 9 in 10 | worst |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for title, ratios in rows.items():
        for order, found in (("longest path first", ratios.plan), ("first in, first out", ratios.queue)):
            figures = (median(found), fmean(found), found[len(found) * 9 // 10], found[-1])
            lines.append(f"| {title} | {order} | {' | '.join(f'{figure:.3f}' for figure in figures)} |")
    return "\n".join(lines)


def main(argv: list[str]) -> int:
    """Print how far the simulated builds are from max(critical path, work / jobs)."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.schedule", description="Judges the order of starts.")
    made.add_argument("--graphs", type=int, default=GRAPHS, help="(%(default)s)")
    made.add_argument("--first-seed", type=int, default=0, help="(%(default)s)")
    options = made.parse_args(argv)
    if options.graphs < 1:
        made.error("--graphs: at least one")
    cases = [random_case(options.first_seed + number) for number in range(options.graphs)]
    tight = [with_tightest_jobs(case) for case in cases]
    rows = {
        "2-64 jobs": judge(cases),
        "as many jobs as the path allows": judge(tight),
        "the same, durations misjudged": judge(tight, lambda place, case: misjudged(case, place)),
    }
    print(f"Makespan / max(critical path, work / jobs) of {options.graphs} random graphs, 10-2,000 targets.\n")
    print(markdown(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
