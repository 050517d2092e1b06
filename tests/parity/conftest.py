"""The real `sam build` of every selected case, run once for the session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.parity.case import Case
from tests.parity.sam import run_sam
from tests.parity.side import Run, Side


def _selected(session: pytest.Session) -> list[Case]:
    """The cases that this session's tests name, each once."""
    cases = {}
    for item in session.items:
        parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if isinstance(case := parameters.get("case"), Case):
            cases[case.name] = case
    return list(cases.values())


@pytest.fixture(scope="session")
def sam_runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Case name -> what the real `sam build` did."""
    work_dir = tmp_path_factory.mktemp("sam")
    sides = [Side(case, work_dir / f"{number:03}") for number, case in enumerate(_selected(request.session))]
    codes = run_sam([side.job(side.argv()) for side in sides], work_dir)
    outcomes = {side.case.name: code for side, code in zip(sides, codes, strict=True)}
    again = [side for side in sides if side.has_second_run]
    codes = run_sam([side.job(side.change()) for side in again], work_dir)
    outcomes |= {side.case.name: code for side, code in zip(again, codes, strict=True)}
    return {side.case.name: side.outcome(outcomes[side.case.name]) for side in sides}


@pytest.fixture
def run_engine(tmp_path: Path) -> Callable[[Case], Run]:
    """Runs the engine on a copy of a case of its own."""

    def run(case: Case) -> Run:
        side = Side(case, tmp_path / "000")
        code = side.run_engine(side.argv())
        if side.has_second_run:
            code = side.run_engine(side.change())
        return side.outcome(code)

    return run
