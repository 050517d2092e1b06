"""A copy of an example, and `engine build` in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

_EXAMPLES = Path(__file__).parents[2] / "examples"


class Project(NamedTuple):
    """An example that a test may change, with a cache of its own."""

    folder: Path
    environment: dict[str, str]

    @property
    def build_dir(self) -> Path:
        """Where the artifacts and the output template are."""
        return self.folder / ".aws-sam" / "build"

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """`engine build` with these arguments, whatever it ends with."""
        return self._engine("build", *arguments, **environment)

    def differences(self, **environment: str) -> list[str]:
        """What `engine verify` names of the built example: nothing where every target is reproducible."""
        done = self._engine("verify", "--output", "json", **environment)
        assert done.stdout, done.stderr
        rows = json.loads(done.stdout)["targets"]
        assert {row["state"] for row in rows} <= {"same", "differs"}, done.stderr
        return [f"{row['target']}/{at['path']}" for row in rows for at in row["differences"] if not at["follows_umask"]]

    def _engine(self, command: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "engine", command, *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def build(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The same, for a build that is to succeed."""
        done = self.run(*arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done


def copy_example(name: str, folder: Path, cache: Path | None = None) -> Project:
    """Copies the example to `folder/<name>`; builds find the tools of the running Python first, as in its venv.

    `cache` is the folder of the cache, one beside the copy by default.
    """
    target = folder / name
    left_by_builds = shutil.ignore_patterns(".aws-sam", "target", "__pycache__")
    shutil.copytree(_EXAMPLES / name, target, ignore=left_by_builds)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return Project(
        target, {**os.environ, "PATH": path, "ENGINE_CACHE_DIR": str(cache or folder / "cache"), "NO_COLOR": "1"}
    )
