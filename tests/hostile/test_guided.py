"""Every kind of file, fuzzed with coverage as the guide: part of the long form alone."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

from tests.hostile.surfaces import SURFACES

RUNS = {"templates": 200_000}
OTHER_RUNS = 40_000
_REACHED = re.compile(r"DONE +cov: (\d+)")


@pytest.mark.parametrize("name", SURFACES)
def test_nothing_that_coverage_leads_to_breaks_a_reader(
    name: str, tmp_path: Path, chance: Random, figure: Callable[[str, int], None]
) -> None:
    assert find_spec("atheris"), (
        "coverage guides by atheris: `make torture` installs it (Linux on x86-64, Python < 3.14)"
    )
    corpus, found = tmp_path / "corpus", tmp_path / "found"
    corpus.mkdir()
    found.mkdir()
    runs = RUNS.get(name, OTHER_RUNS)
    options = [f"-runs={runs}", f"-seed={chance.randrange(1, 1 << 31)}", f"-artifact_prefix={found}/"]
    limits = ["-timeout=60", "-rss_limit_mb=2048", "-max_len=65536"]
    command = [sys.executable, "-m", "tests.hostile.guided", name, str(corpus), *options, *limits]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    figure(f"fuzz: guided runs of {name}", runs)
    figure("wrong: guided fuzz", 1 if ended.returncode else 0)
    assert ended.returncode == 0, f"{ended.stdout[-5000:]}\n{[path.read_bytes()[:2000] for path in found.iterdir()]}"
    reached = _REACHED.search(ended.stdout)
    assert reached is not None
    figure(f"fuzz: branches reached by {name}", int(reached[1]))
