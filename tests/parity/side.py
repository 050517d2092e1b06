"""One side of a comparison: a private copy of a case's project, and what a command did to it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.parity.case import Case
from tests.parity.project import write_project
from tests.parity.sam import keep_offline
from tests.parity.tree import Tree, snapshot

SCRATCH_FOLDER = re.compile(r"engine-\d+(/[0-9a-f]+)?")
"""The engine's folder of scratch copies and a project's folder in it: stable paths, so that they stay."""


class Run(NamedTuple):
    """The outcome of a command; the side's absolute path reads `/@SIDE@` everywhere."""

    exit_code: int
    stdout: str
    stderr: str
    tree: Tree
    """The project afterwards, without the private state of either command."""
    scratch: tuple[str, ...]
    """What was left in the temporary folder, but the engine's own empty folders there."""


class Side:
    """A folder with the project of a case, a temporary folder, a home and a cache."""

    def __init__(self, case: Case, root: Path) -> None:
        self.case = case
        self.root = root.resolve()
        self.project = self.root / "project"
        for name in ("project", "tmp", "home", "cache"):
            (self.root / name).mkdir(parents=True)
        keep_offline(self.root / "home")
        write_project(case.project, self.project)

    @property
    def cwd(self) -> Path:
        return self.project / self.case.cwd

    @property
    def has_second_run(self) -> bool:
        return self.case.again is not None or self.case.again_argv is not None

    def argv(self) -> list[str]:
        """The arguments of the next run, after the command's name."""
        return ["build", *(self._text(argument) for argument in self.case.argv)]

    def change(self) -> list[str]:
        """Write the project text of the second run; its arguments."""
        if self.case.again is not None:
            write_project(self.case.again, self.project)
        argv = self.case.argv if self.case.again_argv is None else self.case.again_argv
        return ["build", *(self._text(argument) for argument in argv)]

    def environment(self) -> dict[str, str]:
        """Every variable that the command sees: few and the same for both sides."""
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "ENGINE_CACHE_DIR": str(self.root / "cache"),
            "SAM_CLI_TELEMETRY": "0",
            **{name: self._text(value) for name, value in self.case.env},
        }

    def job(self, argv: list[str]) -> dict[str, Any]:
        """The run in the terms of `sam_driver.py`."""
        streams = {name: str(self.root / name) for name in ("stdout", "stderr")}
        return {"argv": argv, "cwd": str(self.cwd), "env": self.environment(), **streams}

    def run_engine(self, argv: list[str]) -> int:
        """Run the engine as a process of its own; its exit code."""
        with (self.root / "stdout").open("wb") as stdout, (self.root / "stderr").open("wb") as stderr:
            return subprocess.run(
                [sys.executable, "-m", "engine", *argv],
                cwd=self.cwd,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                check=False,
            ).returncode

    def outcome(self, exit_code: int) -> Run:
        """What the last run left."""
        tree = snapshot(self.project, os.fsencode(self.root))
        return Run(
            exit_code=exit_code,
            stdout=self._stream("stdout"),
            stderr=self._stream("stderr"),
            tree={path: entry for path, entry in tree.items() if not self._is_private(path)},
            scratch=tuple(sorted(self._scratch())),
        )

    def _scratch(self) -> Iterator[str]:
        for path in snapshot(self.root / "tmp", b""):
            if not SCRATCH_FOLDER.fullmatch(path):
                yield path

    def _stream(self, name: str) -> str:
        return (self.root / name).read_text(encoding="utf-8", errors="replace").replace(str(self.root), "/@SIDE@")

    def _is_private(self, path: str) -> bool:
        """Whether a path is bookkeeping: `.aws-sam` in the working directory and beside the build directory (but the
        latter itself), and `build.toml` beside it.
        """
        from_cwd = os.path.relpath(path, self.case.cwd)
        build_dir = os.path.normpath(self.case.build_dir)
        if from_cwd == build_dir or from_cwd.startswith(build_dir + "/"):
            return False
        parent = os.path.dirname(build_dir)
        states = {".aws-sam", os.path.normpath(os.path.join(parent, ".aws-sam")), os.path.join(parent, "build.toml")}
        return any(from_cwd == state or from_cwd.startswith(state + "/") for state in states)

    def _text(self, text: str) -> str:
        return text.replace("@ROOT@", str(self.project))
