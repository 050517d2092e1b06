"""How good the plan's order is: 200 simulated builds against what no schedule is shorter than."""

from __future__ import annotations

import functools
from statistics import fmean, median

import pytest

from benchmarks.schedule import Ratios, judge
from benchmarks.simulation import Case, misjudged, random_case, with_tightest_jobs


@functools.cache
def cases() -> tuple[Case, ...]:
    return tuple(random_case(seed) for seed in range(200))


@pytest.fixture(scope="module")
def ratios() -> Ratios:
    return judge(cases())


def test_half_of_the_builds_are_as_short_as_can_be(ratios: Ratios) -> None:
    assert median(ratios.plan) <= 1.03


def test_no_build_is_far_from_it(ratios: Ratios) -> None:
    assert ratios.plan[-1] <= 1.25


def test_first_in_first_out_is_worse(ratios: Ratios) -> None:
    assert fmean(ratios.plan) < fmean(ratios.queue) - 0.05


def test_the_figures_hold_where_the_order_matters_most() -> None:
    tight = judge([with_tightest_jobs(case) for case in cases()])
    assert median(tight.plan) <= 1.03
    assert tight.plan[-1] <= 1.25
    assert fmean(tight.plan) < fmean(tight.queue) - 0.2


def test_misjudged_durations_cost_little() -> None:
    tight = judge([with_tightest_jobs(case) for case in cases()], lambda place, case: misjudged(case, place))
    assert median(tight.plan) <= 1.03
    assert tight.plan[-1] <= 1.25
