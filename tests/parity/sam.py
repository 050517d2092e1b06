"""The real `sam`: where it is, and many runs of it at once."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
DRIVER = Path(__file__).with_name("sam_driver.py")


LAST_VERSION_CHECK_S = 32_503_680_000.0
"""The year 3000, in seconds since the epoch: `sam` asks for a newer release when its last question is a week old."""


class SamMissing(Exception):
    """The reference implementation is not installed."""


def sam_executable() -> Path:
    """`sam` as `ENGINE_TEST_SAM` names it, else of the checkout's own `.venv-sam`.

    Raises SamMissing where there is none.
    """
    sam = Path(os.environ.get("ENGINE_TEST_SAM") or CHECKOUT / ".venv-sam/bin/sam")
    if not sam.is_file():
        raise SamMissing(f"{sam} is missing: `make test` installs the real sam, or name one in ENGINE_TEST_SAM")
    return sam


def sam_python() -> Path:
    """The Python interpreter that has samcli: the one beside the executable.

    Raises SamMissing where sam is not installed in a virtual environment.
    """
    python = sam_executable().with_name("python")
    if not python.exists():
        raise SamMissing(f"{python} is missing: ENGINE_TEST_SAM must be in a virtual environment")
    return python


def keep_offline(home: Path) -> None:
    """Write the settings of a home folder in which `sam` asks no server for a newer release."""
    settings = home / ".aws-sam"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "metadata.json").write_text(json.dumps({"lastVersionCheck": LAST_VERSION_CHECK_S}), encoding="utf-8")


def run_sam(jobs: list[dict[str, Any]], work_dir: Path) -> list[int]:
    """Run jobs as `sam_driver.py` describes them, in order; their exit codes."""
    listing = work_dir / "jobs.json"
    listing.write_text(json.dumps(jobs), encoding="utf-8")
    done = subprocess.run(
        [sam_python(), DRIVER, listing],
        env={"PATH": os.environ["PATH"], "HOME": str(work_dir), "SAM_CLI_TELEMETRY": "0", "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE,
        check=True,
    )
    codes: list[int] = json.loads(done.stdout)
    return codes
