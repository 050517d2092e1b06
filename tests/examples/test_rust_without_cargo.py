"""The Rust example on a machine without Rust."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.examples.project import copy_example


def test_what_is_missing_is_said_once(tmp_path: Path) -> None:
    project = copy_example("rust-function", tmp_path)
    tools = tmp_path / "tools"
    tools.mkdir()
    make = shutil.which("make")
    assert make is not None
    (tools / "make").symlink_to(make)

    done = project.run(PATH=str(tools))

    assert done.returncode == 1
    assert done.stderr.count("cargo is not installed: GreeterFunction needs Rust") == 1
    assert "Traceback" not in done.stderr
    assert not (project.build_dir / "template.yaml").exists()
