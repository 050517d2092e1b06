"""The long forms of the suite's attacks: the `--torture` option, its seed and the table of figures at the end."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

FIGURES = pytest.StashKey[Counter[str]]()
"""What the attacks counted in this run, by name, in the order of first mention."""
MUST_BE_NONE = "wrong"
"""A figure whose name begins so is a defect unless it is 0."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("torture", "attacks on the engine")
    group.addoption("--torture", action="store_true", help="run the attacks in their long form (see `make torture`)")
    group.addoption("--torture-seed", type=int, help="repeat the random choices of an earlier run")


def pytest_configure(config: pytest.Config) -> None:
    """Settle the seed: the given one, else 0 in the short form and a new one in the long form."""
    config.stash[FIGURES] = Counter()
    if config.option.torture_seed is None:
        config.option.torture_seed = random.SystemRandom().randrange(1 << 32) if config.option.torture else 0


def pytest_report_header(config: pytest.Config) -> str:
    form = "long" if config.getoption("--torture") else "short"
    return f"torture: {form} form, --torture-seed={config.getoption('--torture-seed')}"


@pytest.fixture(scope="session")
def torture(request: pytest.FixtureRequest) -> bool:
    """Whether the long form is asked for."""
    return bool(request.config.getoption("--torture"))


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Random choices that `--torture-seed` repeats, each test's own."""
    return random.Random(f"{request.config.getoption('--torture-seed')} {request.node.nodeid}")


@pytest.fixture(scope="session")
def figure(request: pytest.FixtureRequest) -> Callable[[str, int], None]:
    """Adds to a figure of the table: `figure("kills", 1)`; one whose name begins with `wrong` must stay 0."""
    counted = request.config.stash[FIGURES]

    def add(name: str, count: int = 1) -> None:
        counted[name] += count

    return add


def pytest_sessionfinish(session: pytest.Session) -> None:
    if any(count for name, count in session.config.stash[FIGURES].items() if name.startswith(MUST_BE_NONE)):
        session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    figures = config.stash[FIGURES]
    if config.getoption("--torture") and figures:
        terminalreporter.section(f"figures, --torture-seed={config.getoption('--torture-seed')}")
        for name, count in figures.items():
            terminalreporter.write_line(f"{name:<60} {count:>12,}")
