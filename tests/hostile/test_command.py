"""The real command on hostile files: an exit code that is documented, and never the word of a bug."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.build.project import MAKEFILE
from tests.hostile.surfaces import SURFACES

FILES = {"templates": "template.yaml", "samconfig.toml": "samconfig.toml", ".samignore": "src/.samignore"}
CPU_S = 60
TEMPLATE = """\
Parameters: {Stage: {Type: String, Default: test}, Part: {Type: String, Default: x}}
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: makefile, Stage: !Ref Stage}
    Properties: {CodeUri: src, Handler: app.handler, Runtime: provided}
  Api:
    Type: AWS::Serverless::Api
    Properties: {DefinitionUri: api.yaml}
"""


def engine(folder: Path, *arguments: str | bytes) -> subprocess.CompletedProcess[str]:
    """`engine build` in a folder, with bounded processor time."""
    return subprocess.run(
        [sys.executable, "-m", "engine", "build", "--cache-dir", str(folder.parent / "store"), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 5)),
    )


def written(folder: Path, name: str, data: bytes) -> Path:
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "src" / "Makefile").write_text(MAKEFILE)
    (folder / "src" / "app.py").write_text("x")
    (folder / name).write_bytes(data)
    return folder


def assert_told(ended: subprocess.CompletedProcess[str], *codes: int) -> None:
    assert ended.returncode in codes, ended.stderr
    assert "Traceback" not in ended.stderr
    assert "this is a bug" not in ended.stderr
    if ended.returncode:
        assert "Error: " in ended.stderr or "FAILED" in ended.stderr.upper()


@pytest.mark.parametrize("name", FILES)
def test_mutations_through_the_real_command(
    name: str, tmp_path: Path, chance: Random, torture: bool, figure: Callable[[str, int], None]
) -> None:
    surface, count = SURFACES[name], 150 if torture else 2
    for number in range(count):
        data = surface.mutate(chance.choice(surface.seeds()), chance)
        folder = written(tmp_path / str(number), FILES[name], data)
        assert_told(engine(folder, "--language-extensions", "-j", "2"), 0, 1, 2)
    figure("fuzz: runs of the real command", count)


def test_arguments_that_are_no_text(tmp_path: Path) -> None:
    folder = written(tmp_path / "project", "src/app.py", b"x")
    for arguments in ((b"--parameter-overrides", b"Stage=\xff"), (b"X\xff",), (b"--region", b"\xff")):
        assert_told(engine(folder, *arguments), 1, 2)
    assert_told(engine(folder, b"--parameter-overrides", b"Stage=\x1b[31mred"), 0)


def test_folders_whose_names_are_no_text(tmp_path: Path) -> None:
    folder = written(tmp_path / "project\udcff", "src/app.py", b"x")
    assert_told(engine(folder), 0)
    assert (folder / ".aws-sam" / "build" / "Fn" / "app.py").exists()
    assert_told(engine(folder, "--build-dir", "other\udcff/build"), 0)
    ended = engine(folder, "--build-dir", str(tmp_path / "elsewhere" / "build"))
    assert_told(ended, 1)
    assert "would name a path that is not UTF-8" in ended.stderr
