"""Builds where the file system refuses: read-only, full, of whole seconds. They are right, or say one clear error."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.build.faults import fault_of
from engine.errors import BuildError, EnvironmentFault
from engine.run.events import State
from tests.build.project import BUILT, RESTORED, UP_TO_DATE, Project, function, template
from tests.build.test_recording import DISTURBED
from tests.torture.conftest import Figure
from tests.torture.mounts import Mounts
from tests.torture.workshop import Workshop

SHORT_SIZES = 2
COARSE_EDITS = {False: 4, True: 200}
SECOND_NS = 1_000_000_000
PAGE_BYTES = 4096
ROOMY_BYTES = 16 << 20

Blame = Callable[[str, list[str]], None]


@pytest.fixture(scope="module")
def namespace() -> None:
    Mounts.begin()


@pytest.fixture
def mounts(namespace: None) -> Iterator[Mounts]:
    made = Mounts()
    yield made
    made.close()


def test_a_read_only_checkout_is_one_clear_error(workshop: Workshop, mounts: Mounts, figure: Figure) -> None:
    mounts.read_only(workshop.project.root)
    with pytest.raises(EnvironmentFault) as caught:
        workshop.project.build()
    assert caught.value.rows == (("folder", str(workshop.project.state_dir)),)
    assert "--build-dir" in (caught.value.hint or "")
    figure("read-only folders", 1)


def test_a_read_only_checkout_builds_into_another_folder(workshop: Workshop, mounts: Mounts, tmp_path: Path) -> None:
    mounts.read_only(workshop.project.root)
    for state in (BUILT, UP_TO_DATE):
        states = workshop.project.build(build_dir=str(tmp_path / "out" / "build"))
        assert set(states.values()) == {state}
        assert workshop.project.warnings == []
    assert (tmp_path / "out" / "build" / "F6" / "app.py").read_bytes() == b"F6 1\n"


def test_a_read_only_store_is_read(workshop: Workshop, mounts: Mounts) -> None:
    workshop.build()
    mounts.read_only(workshop.project.store)
    workshop.forget(store=False)
    assert set(workshop.project.build().values()) == {RESTORED}
    assert workshop.project.warnings == []
    assert workshop.artifacts() == workshop.expected()


def test_what_a_read_only_store_does_not_take_is_told_once_and_it_is_read_on(
    workshop: Workshop, mounts: Mounts
) -> None:
    workshop.build()
    mounts.read_only(workshop.project.store)
    workshop.forget(store=False)
    workshop.project.write({"F0/app.py": "other\n"})
    states = workshop.project.build(jobs=1)
    assert states == {name: BUILT if name == "F0" else RESTORED for name in workshop.names}
    assert len(workshop.project.warnings) == 1
    assert "Read-only file system" in workshop.project.warnings[0]


def test_an_empty_read_only_store_is_told_once(workshop: Workshop, mounts: Mounts) -> None:
    workshop.project.store.mkdir()
    mounts.read_only(workshop.project.store)
    assert set(workshop.project.build().values()) == {BUILT}
    assert len(workshop.project.warnings) == 1
    assert workshop.artifacts() == workshop.expected()
    assert set(workshop.project.build().values()) == {UP_TO_DATE}


def attempt(workshop: Workshop) -> list[str]:
    """What is wrong with a build that may fail, but only clearly."""
    try:
        outcome = workshop.project.outcome(jobs=8, keep_going=True)
    except BuildError as error:
        return [] if error.hint else [f"no way out is told: {error}"]
    except OSError as error:  # as the command line sees it
        return [] if error.filename and fault_of(error).hint else [f"no place or no way out is told: {error}"]
    found, good = workshop.artifacts(), workshop.expected()
    made = [row.target for row in outcome.results if row.state in (State.BUILT, State.RESTORED, State.UP_TO_DATE)]
    failed = [row for row in outcome.results if row.state is State.FAILED]
    return [
        *(f"{name} holds {found.get(name)}" for name in made if found.get(name) != good[name]),
        *(f"{row.target} does not say why" for row in failed if row.failure is None or not row.failure.message),
        *(f"warned twice: {workshop.project.warnings}" for _ in range(len(workshop.project.warnings) > 3)),
    ]


def fill(disk: Path, room_bytes: int) -> None:
    """Leave so much room on a small file system."""
    free = os.statvfs(disk).f_bavail * PAGE_BYTES
    with open(disk / "ballast", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, free - room_bytes))


@pytest.mark.parametrize("place", ["project", "state", "store", "TMPDIR"])
def test_a_disk_with_little_room(
    place: str,
    tmp_path: Path,
    mounts: Mounts,
    monkeypatch: pytest.MonkeyPatch,
    chance: random.Random,
    torture: bool,
    figure: Figure,
    blamed: Blame,
) -> None:
    """Of each number of pages in the long form. When there is room again, the next build is right without help."""
    disk = mounts.small(tmp_path / "disk", ROOMY_BYTES)
    project = disk / "project" if place == "project" else tmp_path / "project"
    workshop = Workshop(project, disk / "store" if place == "store" else tmp_path / "store")
    if place == "state":
        (project / ".aws-sam").mkdir()
        (project / ".aws-sam" / "engine").symlink_to(disk)
    if place == "TMPDIR":
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
    needed = used_pages(workshop, disk)
    for pages in range(needed + 1) if torture else sorted(chance.sample(range(needed), SHORT_SIZES)):
        workshop.edit(workshop.version + 1)
        fill(disk, pages * PAGE_BYTES)
        faults = attempt(workshop)
        (disk / "ballast").unlink()
        figure("builds on a full disk", 1)
        blamed(f"{pages} pages", [*faults, *workshop.build()[1]])


def used_pages(workshop: Workshop, disk: Path) -> int:
    """What a build of a new version takes of a disk, at its end and a little more meanwhile."""
    workshop.build()
    free = os.statvfs(disk).f_bavail
    workshop.edit(workshop.version + 1)
    workshop.build()
    return max(0, free - os.statvfs(disk).f_bavail) + 10 * len(workshop.names)


def test_edits_within_the_second_of_a_build(
    tmp_path: Path, mounts: Mounts, torture: bool, figure: Figure, blamed: Blame
) -> None:
    """Where stamps are whole seconds, many edits and builds bear the same ones."""
    disk = mounts.of_whole_seconds(tmp_path / "disk", tmp_path / "image")
    workshop = Workshop(disk / "project", disk / "store")
    assert (workshop.project.root / "F0" / "app.py").stat().st_ctime_ns % SECOND_NS == 0
    for number in range(COARSE_EDITS[torture]):
        workshop.edit(1 + number % 9)
        workshop.project.build()
        figure("edits within the second of a build", 1)
        blamed(f"edit {number}", wrong_artifacts(workshop))
        app = workshop.project.artifact("F2") / "app.py"
        app.write_bytes(app.read_bytes().replace(b"F2", b"??"))
        workshop.project.build()
        blamed(f"damage {number}", wrong_artifacts(workshop))


def wrong_artifacts(workshop: Workshop) -> list[str]:
    found, good = workshop.artifacts(), workshop.expected()
    return [f"{name} holds {found.get(name)}" for name in workshop.names if found.get(name) != good[name]]


def test_an_edit_back_within_the_second_is_not_recorded(tmp_path: Path, mounts: Mounts) -> None:
    """The declared input says `two` while make reads it, `one` before and after, with the stamp of the same second."""
    disk = mounts.of_whole_seconds(tmp_path / "disk", tmp_path / "image")
    project = Project(disk / "project")
    shared = project.root / "shared.txt"
    recipe = f"build-Fn:\n\techo two > {shared}; cp {shared} $(ARTIFACTS_DIR)/seen; echo one > {shared}\n"
    declared = 'BuildProperties:\n  Inputs: ["shared.txt"]\n'
    project.write({"template.yaml": template(Fn=function("src", declared)), "src/Makefile": recipe})
    project.write({"shared.txt": "one\n"})
    assert project.build() == {"Fn": BUILT}
    assert project.warnings == [DISTURBED]
