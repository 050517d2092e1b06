"""Builds that are stopped or killed: no orphan, nothing lost, the next one is right without help."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.run.scratch import Scratch
from tests.build.project import BUILT, MAKEFILE, RESTORED, UP_TO_DATE, Project, function, template

WAITING = """\
build-Fn:
	{trap}echo half > $(ARTIFACTS_DIR)/half; echo $$PPID $$$$ > {fifo}; exec 3<> {hold}; read line <&3
"""


class Waiter:
    """A build whose make waits until it is stopped."""

    def __init__(self, project: Project, trap: str = "", folder: Path | None = None) -> None:
        """`folder`, by default the project's, is where make and this meet."""
        self.project = project
        self.fifo, self.hold = (folder or project.root) / "fifo", (folder or project.root) / "hold"
        os.mkfifo(self.fifo)
        os.mkfifo(self.hold)
        project.write({"src/Makefile": WAITING.format(fifo=self.fifo, hold=self.hold, trap=trap)})
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine", "build", "--cache-dir", str(project.store), "--jobs", "2"],
            cwd=project.root,
            env={**os.environ, "PYTHONPATH": str(Path.cwd())},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.make, self.shell = map(int, self.fifo.read_text().split())

    def end(self) -> tuple[int, str]:
        """Wait for the engine: (exit code, standard error)."""
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


def alive(process: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return " Z " not in Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_make_and_brings_back_the_last_good_artifact(project: Project, number: signal.Signals) -> None:
    project.build()
    waiter = Waiter(project)
    waiter.process.send_signal(number)
    code, errors = waiter.end()
    assert code == 130
    assert "Traceback" not in errors
    assert not alive(waiter.make)
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}
    project.write({"src/Makefile": MAKEFILE})
    assert project.build() == {"Fn": UP_TO_DATE}


def test_make_that_ignores_the_signal_is_killed(project: Project) -> None:
    waiter = Waiter(project, trap="trap '' TERM INT; ")
    waiter.process.send_signal(signal.SIGINT)
    waiter.process.send_signal(signal.SIGINT)
    code, _ = waiter.end()
    assert code == 130
    assert not alive(waiter.make)


def test_after_kill_9_the_next_build_is_right(project: Project) -> None:
    project.build()
    waiter = Waiter(project)
    waiter.process.kill()
    waiter.end()
    assert alive(waiter.make)
    assert project.tree("Fn") == {"half": b"half\n"}
    project.write({"src/Makefile": MAKEFILE})
    assert project.build() == {"Fn": UP_TO_DATE}
    assert not alive(waiter.make)
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}
    assert not (project.state_dir / "aside").exists() or not os.listdir(project.state_dir / "aside")
    assert not os.listdir(Scratch(str(project.state_dir)).root)


def test_a_killed_first_build_starts_clean(project: Project) -> None:
    waiter = Waiter(project)
    waiter.process.kill()
    waiter.end()
    project.write({"src/Makefile": MAKEFILE})
    assert project.build() == {"Fn": BUILT}
    assert not alive(waiter.make)
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}


def test_a_second_build_waits_for_the_first(project: Project) -> None:
    waiter = Waiter(project)
    second = subprocess.Popen(
        [sys.executable, "-m", "engine", "build", "--cache-dir", str(project.store)],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert second.stderr is not None
    assert f"process {waiter.process.pid}" in second.stderr.readline()
    project.write({"src/Makefile": MAKEFILE})
    waiter.process.send_signal(signal.SIGINT)
    waiter.end()
    assert second.wait(timeout=60) == 0
    second.stderr.close()
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}


def test_what_ended_before_the_interruption_is_kept(project: Project) -> None:
    project.write(
        {
            "template.yaml": template(Early=function("early"), Fn=function()),
            "early/Makefile": MAKEFILE,
            "early/app.py": "early",
        }
    )
    project.build(resources=("Early",))
    waiter = Waiter(project)
    waiter.process.kill()
    waiter.end()
    project.write({"src/Makefile": MAKEFILE})
    assert project.build()["Early"] in (UP_TO_DATE, RESTORED)


def test_a_half_made_artifact_of_a_target_that_left_the_template_goes(project: Project) -> None:
    waiter = Waiter(project)
    waiter.process.kill()
    waiter.end()
    project.write(
        {"template.yaml": template(Other=function("other")), "other/Makefile": MAKEFILE, "other/app.py": "other"}
    )
    assert project.build() == {"Other": BUILT}
    assert project.warnings == []
    assert sorted(os.listdir(project.build_dir)) == ["Other", "template.yaml"]


def test_a_daemon_that_make_leaves_does_not_outlive_its_target_nor_hinder_the_next_build(project: Project) -> None:
    project.write({"src/Makefile": "build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\n\tsleep 1000 > /dev/null 2>&1 &\n"})
    assert project.build() == {"Fn": BUILT}
    assert project.build() == {"Fn": UP_TO_DATE}


IGNORING = "import os, signal, sys; signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"


def test_a_failure_is_seen_where_the_end_of_children_is_ignored(project: Project) -> None:
    project.write({"src/Makefile": "build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\n\tfalse\n"})
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            IGNORING,
            sys.executable,
            "-m",
            "engine",
            "build",
            "--cache-dir",
            str(project.store),
        ],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stderr
    assert not project.artifact("Fn").exists()
