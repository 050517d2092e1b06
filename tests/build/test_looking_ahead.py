"""A build with so much to look at that a second process looks ahead."""

from __future__ import annotations

import os
from pathlib import Path

from engine.run.cores import usable_cores
from tests.build.project import BUILT, FAILED, RESTORED, UP_TO_DATE, Project, function, template

FILES = 1_500
"""In each of two artifacts: as many files and folders in code directories and artifacts as make it worth while."""
NAMES = ("First", "Large", "Huge", "Last")
FORKED: list[bool] = []
os.register_at_fork(after_in_parent=lambda: FORKED.append(True))


def large(root: Path) -> Project:
    """Four functions, built, of which `Large` and `Huge` share a code directory with many files."""
    project = Project(root)
    folders = ("first", "large", "large", "last")
    bodies = {name: function(folder) for name, folder in zip(NAMES, folders, strict=True)}
    project.write({"template.yaml": template(**bodies)})
    for folder in folders:
        project.write({f"{folder}/Makefile": "build-%:\n\tcp -r . $(ARTIFACTS_DIR)/\n", f"{folder}/app.py": folder})
    project.write({f"large/lib/{index}.py": "" for index in range(FILES)})
    assert project.build() == dict.fromkeys(NAMES, BUILT)
    assert project.build() == dict.fromkeys(NAMES, UP_TO_DATE)  # with stats that can be trusted from now on
    return project


def test_what_two_processes_see_is_what_one_sees(tmp_path: Path) -> None:
    project = large(tmp_path / "large")
    as_it_was = dict.fromkeys(NAMES, UP_TO_DATE)
    FORKED.clear()
    assert project.build() == as_it_was
    assert len(FORKED) == (1 if usable_cores() > 1 else 0)

    project.artifact("Last").joinpath("app.py").write_text("broken")
    project.artifact("Large").joinpath("lib/7.py").unlink()
    damaged = {row.target: (str(row.state), row.because) for row in project.outcome().results if row.because}
    assert damaged == dict.fromkeys(("Large", "Last"), (RESTORED, ("output damaged",)))

    project.write({"first/app.py": "edited", "large/lib/8.py": "edited"})
    assert project.build() == as_it_was | dict.fromkeys(("First", "Large", "Huge"), BUILT)
    assert project.tree("First")["app.py"] == project.tree("Huge")["lib/8.py"] == b"edited"
    assert project.build() == as_it_was

    project.write({"first/.samignore": "#" * 70_000})
    os.mkfifo(project.root / "large" / "fifo")
    assert project.build(keep_going=True) == dict.fromkeys(("First", "Large", "Huge"), FAILED) | {"Last": UP_TO_DATE}
