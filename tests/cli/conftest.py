from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def no_outer_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the caller's shell says about sam, the engine and colors out of the tests."""
    prefixes = ("SAM_", "ENGINE_", "AWS_", "XDG_", "NO_COLOR", "FORCE_COLOR")
    for name in [name for name in os.environ if name.startswith(prefixes)]:
        monkeypatch.delenv(name)
