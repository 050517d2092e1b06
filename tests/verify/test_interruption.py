"""Verifications that are stopped or killed: the artifact is there again, nothing is marked, no process stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.build.project import UP_TO_DATE, Project
from tests.build.test_interruption import alive

RECIPE = """\
build-Fn:
	cp app.py $(ARTIFACTS_DIR)
	[ "$$(umask)" = 0077 ] || exit 0; \\
	echo half > $(ARTIFACTS_DIR)/half; echo $$PPID > {fifo}; exec 3<> {hold}; read line <&3
"""
ENVIRONMENT = {"PYTHONPATH": str(Path.cwd())}
"""Where the engine is found; part of keys, as toolchains read it."""


class Waiter:
    """A verification whose second make waits until it is stopped."""

    def __init__(self, project: Project) -> None:
        fifo, hold = project.root / "fifo", project.root / "hold"
        os.mkfifo(fifo)
        os.mkfifo(hold)
        project.write({"src/Makefile": RECIPE.format(fifo=fifo, hold=hold)})
        project.build(ENVIRONMENT)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine", "verify", "--cache-dir", str(project.store), "--output", "json"],
            cwd=project.root,
            env={**os.environ, **ENVIRONMENT},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.make = int(fifo.read_text())

    def end(self) -> tuple[int, str, str]:
        """Wait for the engine: (exit code, standard output, standard error)."""
        out, errors = self.process.communicate(timeout=60)
        return self.process.returncode, out, errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_make_and_brings_back_the_artifact(project: Project, number: signal.Signals) -> None:
    waiter = Waiter(project)
    assert (project.artifact("Fn") / "half").exists()
    waiter.process.send_signal(number)
    code, out, errors = waiter.end()
    assert code == 130
    assert '"status": "interrupted"' in out
    assert '"state": "skipped"' in out
    assert "Traceback" not in errors
    assert not alive(waiter.make)
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}
    assert not os.listdir(project.state_dir / "aside")
    assert project.build(ENVIRONMENT) == {"Fn": UP_TO_DATE}
    assert [row.differs for row in project.outcome(ENVIRONMENT).results] == [None]


def test_after_kill_9_the_next_build_is_right(project: Project) -> None:
    waiter = Waiter(project)
    waiter.process.kill()
    waiter.end()
    assert (project.artifact("Fn") / "half").exists()
    assert project.build(ENVIRONMENT) == {"Fn": UP_TO_DATE}
    assert not alive(waiter.make)
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}
    assert not os.listdir(project.state_dir / "aside")
