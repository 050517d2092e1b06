"""Random projects under random edits, damage and kills, with a pure oracle beside the real engine and the real make."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from hypothesis.stateful import run_state_machine_as_test

from engine.run.removal import remove_tree
from tests.machine.rules import BuildMachine
from tests.machine.rules_in_source import InSourceMachine

_MEMORY = Path("/dev/shm")
_LONG_STEPS = 10_000
_LONG_EXAMPLE_STEPS = 40


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where projects lie: in memory where there is such a file system."""
    found = Path(tempfile.mkdtemp(prefix="machine-", dir=_MEMORY)) if _MEMORY.is_dir() else tmp_path
    monkeypatch.setattr(tempfile, "tempdir", str(found))
    yield found
    remove_tree(str(found))


@pytest.mark.parametrize(
    ("machine", "examples", "steps"), [(BuildMachine, 200, 4), (InSourceMachine, 100, 4)], ids=["scratch", "in source"]
)
def test_every_build_is_right(
    machine: type[BuildMachine],
    examples: int,
    steps: int,
    place: Path,
    request: pytest.FixtureRequest,
    torture: bool,
    figure: Callable[[str, int], None],
) -> None:
    """Artifacts, states, reasons and keys are as foretold, a second build has nothing to do, nothing is left over."""
    if torture:
        examples, steps = _LONG_STEPS // _LONG_EXAMPLE_STEPS, _LONG_EXAMPLE_STEPS
    machine.counted, machine.place = Counter(), place
    hypothesis.seed(request.config.getoption("--torture-seed"))(machine)
    settings = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        print_blob=False,
    )
    wrong = 1
    try:
        run_state_machine_as_test(machine, settings=settings)
        wrong = 0
    finally:
        name = request.node.callspec.id
        for what, count in machine.counted.items():
            figure(f"machine, {name}: {what}", count)
        figure(f"wrong: machine, {name}", wrong)
    assert machine.counted["examples"] >= examples
