"""Says so where the Rust example cannot be built: that test needs cargo, which not every machine has."""

from __future__ import annotations

import shutil

import pytest

_HAS_CARGO = shutil.which("cargo") is not None

collect_ignore = [] if _HAS_CARGO else ["test_rust_function.py"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _HAS_CARGO:
        terminalreporter.write_line("no cargo on PATH: tests/examples/test_rust_function.py is not part of this run")
