"""Many code directories to read at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.build.project import BUILT, FAILED, UP_TO_DATE, Project, function, template

NAMES = [f"Fn{index:02}" for index in range(40)]


@pytest.fixture
def many(tmp_path: Path) -> Project:
    """Forty functions, built."""
    project = Project(tmp_path / "many")
    project.write({"template.yaml": template(**{name: function(name) for name in NAMES})})
    for name in NAMES:
        project.write({f"{name}/Makefile": "build-%:\n\tcp -r . $(ARTIFACTS_DIR)/\n", f"{name}/app.py": name})
    assert set(project.build().values()) == {BUILT}
    return project


def touch_all(project: Project) -> None:
    for name in NAMES:
        for file in ("Makefile", "app.py"):
            os.utime(project.root / name / file, (1, 1))


def test_what_was_only_touched_is_up_to_date(many: Project) -> None:
    touch_all(many)
    assert many.build() == dict.fromkeys(NAMES, UP_TO_DATE)


def test_an_edit_among_many_touched_ones_is_seen(many: Project) -> None:
    touch_all(many)
    many.write({"Fn11/app.py": "edited", "Fn12/more.py": "added", "Fn13/.samignore": "app.py\n"})
    expected = dict.fromkeys(NAMES, UP_TO_DATE) | dict.fromkeys(("Fn11", "Fn12", "Fn13"), BUILT)
    assert many.build() == expected
    assert many.tree("Fn11")["app.py"] == b"edited"
    assert many.tree("Fn12")["more.py"] == b"added"
    assert "app.py" not in many.tree("Fn13")
    assert many.build() == dict.fromkeys(NAMES, UP_TO_DATE)


def test_one_that_cannot_be_read_fails_alone(many: Project) -> None:
    touch_all(many)
    os.mkfifo(many.root / "Fn07" / "fifo")
    assert many.build(keep_going=True) == dict.fromkeys(NAMES, UP_TO_DATE) | {"Fn07": FAILED}
    (many.root / "Fn07" / "fifo").unlink()
    assert many.build() == dict.fromkeys(NAMES, UP_TO_DATE)


def test_code_directories_that_are_shared_are_read_once_for_all(tmp_path: Path) -> None:
    project = Project(tmp_path / "shared")
    project.write({"template.yaml": template(**{name: function("src") for name in NAMES})})
    project.write({"src/Makefile": "build-%:\n\techo $@ > $(ARTIFACTS_DIR)/it; cat app.py >> $(ARTIFACTS_DIR)/it\n"})
    project.write({"src/app.py": "one"})
    assert set(project.build().values()) == {BUILT}
    os.utime(project.root / "src" / "app.py", (1, 1))
    assert set(project.build().values()) == {UP_TO_DATE}
    project.write({"src/app.py": "two"})
    assert set(project.build().values()) == {BUILT}
    assert project.tree("Fn09")["it"] == b"build-Fn09\ntwo"


def test_an_ignore_file_that_is_none_fails_its_target_alone(many: Project) -> None:
    many.write({"Fn07/.samignore": "#" * 70_000})
    expected = dict.fromkeys(NAMES, UP_TO_DATE) | {"Fn07": FAILED}
    assert many.build(keep_going=True) == expected
    touch_all(many)
    assert many.build(keep_going=True) == expected
    failure = next(row.failure for row in many.outcome(keep_going=True).results if row.failure)
    assert "Fn07/.samignore is larger than 64 KiB" in failure.message
