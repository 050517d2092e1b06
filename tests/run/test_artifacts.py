from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.run.artifacts import Artifacts

NAMES = ["Fn", "Child/Fn", "Child/Grand-Child/Fn", "100%/F%2Fn%", "S" * 200 + "/" + "T" * 200 + "/" + "F" * 255]


class House:
    """A build directory beside its state, as a build finds them; `artifacts()` is a build that starts there."""

    def __init__(self, build_dir: Path, state_dir: Path) -> None:
        self.build_dir, self.state_dir = build_dir, state_dir

    def artifacts(self, *, recovered: bool = True) -> Artifacts:
        found = Artifacts(str(self.build_dir), str(self.state_dir))
        if recovered:
            found.recover()
        return found

    def put(self, name: str, text: str) -> None:
        """The artifact of an earlier build."""
        path = self.build_dir / name
        path.mkdir(parents=True)
        (path / "app").write_text(text)

    def text(self, name: str) -> str | None:
        """What the artifact says; None where there is none."""
        path = self.build_dir / name / "app"
        return path.read_text() if path.exists() else None

    def leftovers(self) -> list[str]:
        """Files and links that lie in the state."""
        return [name for _, _, names in os.walk(self.state_dir) for name in names]


@pytest.fixture(params=["beside", "on another file system"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    memory = "/dev/shm"
    apart = request.param != "beside" and os.access(memory, os.W_OK)
    outer = Path(tempfile.mkdtemp(dir=memory if apart else tmp_path))
    yield House(outer / "build", tmp_path / "engine")
    shutil.rmtree(outer)


def begin(house: House, name: str, text: str | None) -> Artifacts:
    """A build whose make has left `text` so far."""
    artifacts = house.artifacts()
    path = artifacts.begin(name)
    assert path == str(house.build_dir / name)
    assert os.listdir(path) == []
    if text is not None:
        Path(path, "app").write_text(text)
    return artifacts


@pytest.mark.parametrize("name", NAMES)
def test_a_success_replaces_the_last_artifact(house: House, name: str) -> None:
    house.put(name, "old")
    artifacts = begin(house, name, "new")
    artifacts.keep(name)
    artifacts.empty_trash()
    assert house.text(name) == "new"
    assert house.leftovers() == []
    house.artifacts()
    assert house.text(name) == "new"


@pytest.mark.parametrize("name", NAMES)
def test_a_failure_brings_the_last_good_artifact_back(house: House, name: str) -> None:
    house.put(name, "good")
    artifacts = begin(house, name, "half")
    artifacts.give_back(name)
    artifacts.empty_trash()
    assert house.text(name) == "good"
    assert house.leftovers() == []


def test_a_failure_without_a_last_artifact_leaves_none(house: House) -> None:
    artifacts = begin(house, "Fn", "half")
    artifacts.give_back("Fn")
    assert not (house.build_dir / "Fn").exists()


def test_giving_back_what_was_not_begun_changes_nothing(house: House) -> None:
    house.put("Fn", "good")
    artifacts = house.artifacts()
    artifacts.give_back("Fn")
    artifacts.give_back("Fn")
    assert house.text("Fn") == "good"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", [None, "half", "whole"])
def test_a_kill_while_make_runs_brings_the_last_good_artifact_back(house: House, name: str, text: str | None) -> None:
    house.put(name, "good")
    begin(house, name, text)
    house.artifacts().empty_trash()
    assert house.text(name) == "good"
    assert house.leftovers() == []


def set_aside(house: House) -> None:
    """A kill in `begin`: the last artifact is aside, and nothing is in its place."""
    begin(house, "Fn", None)
    (house.build_dir / "Fn").rmdir()


def given_back_half(house: House) -> None:
    """A kill in `give_back`: the failed artifact is in the trash."""
    begin(house, "Fn", "half")
    (house.state_dir / "trash").mkdir(exist_ok=True)
    shutil.move(house.build_dir / "Fn", house.state_dir / "trash" / "it")


def copied_half(house: House) -> None:
    """A kill in `begin` across file systems: the copy is not whole, and the artifact still in its place."""
    (house.state_dir / "trash" / "tmp" / "it").mkdir(parents=True)


def wiped(house: House) -> None:
    """The build directory is removed by hand after a kill."""
    begin(house, "Fn", "half")
    shutil.rmtree(house.build_dir)


@pytest.mark.parametrize("kill", [set_aside, given_back_half, copied_half, wiped])
def test_a_kill_between_the_steps(house: House, kill: Callable[[House], None]) -> None:
    house.put("Fn", "good")
    kill(house)
    for _ in range(2):
        house.artifacts().empty_trash()
        assert house.text("Fn") == "good"
        assert house.leftovers() == []


def test_a_kill_after_keep_leaves_the_new_artifact(house: House) -> None:
    house.put("Fn", "old")
    begin(house, "Fn", "new").keep("Fn")
    house.artifacts()
    assert house.text("Fn") == "new"
    assert house.leftovers() == []


@pytest.mark.parametrize("name", NAMES)
def test_a_hit_is_swapped_in(house: House, name: str) -> None:
    house.put(name, "old")
    artifacts = house.artifacts()
    staged = artifacts.staging_for(name)
    assert not os.path.lexists(staged)
    os.mkdir(staged, 0o755)
    Path(staged, "app").write_text("hit")
    assert house.text(name) == "old"
    artifacts.swap_in(name, staged)
    assert house.text(name) == "hit"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("killed", [False, True])
def test_the_last_artifact_comes_back_when_a_hit_is_not_swapped_in(house: House, name: str, killed: bool) -> None:
    """What was staged is gone in the very moment: a kill there leaves the same."""
    house.put(name, "good")
    artifacts = house.artifacts()
    with pytest.raises(FileNotFoundError):
        artifacts.swap_in(name, artifacts.staging_for(name))
    if killed:
        artifacts = house.artifacts()
    else:
        artifacts.give_back(name)
    artifacts.empty_trash()
    assert house.text(name) == "good"
    assert house.leftovers() == []


def test_a_link_is_swapped_in_and_out(house: House, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "app").write_text("linked")
    artifacts = house.artifacts()
    staged = artifacts.staging_for("Fn")
    os.symlink(tmp_path / "store", staged)
    artifacts.swap_in("Fn", staged)
    assert house.text("Fn") == "linked"
    begin(house, "Fn", "new").keep("Fn")
    house.artifacts()
    assert house.text("Fn") == "new"
    assert (tmp_path / "store" / "app").read_text() == "linked"


def test_a_half_made_hit_goes(house: House) -> None:
    house.put("Fn", "old")
    staged = house.artifacts().staging_for("Fn")
    os.mkdir(staged)
    Path(staged, "app").write_text("half")
    artifacts = house.artifacts()
    assert house.text("Fn") == "old"
    assert not os.path.lexists(artifacts.staging_for("Fn"))
    assert house.leftovers() == []


def test_targets_are_discarded(house: House) -> None:
    house.put("Child/Fn", "old")
    artifacts = house.artifacts()
    artifacts.discard("Child/Fn")
    artifacts.discard("Child/Fn")
    assert house.text("Child/Fn") is None


def test_a_file_in_the_place_of_an_artifact_gives_way(house: House) -> None:
    house.build_dir.mkdir()
    (house.build_dir / "Fn").write_text("not ours")
    begin(house, "Fn", "new").keep("Fn")
    assert house.text("Fn") == "new"


@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_closed_artifacts_are_moved_and_removed(bound_dir: Path, mode: int) -> None:
    house = House(bound_dir / "build", bound_dir / "engine")
    house.put("Fn", "old")
    (house.build_dir / "Fn").chmod(mode)
    artifacts = begin(house, "Fn", "half")
    (house.build_dir / "Fn").chmod(mode)
    artifacts.give_back("Fn")
    assert (house.build_dir / "Fn").stat().st_mode & 0o777 == mode
    begin(house, "Fn", "new").keep("Fn")
    house.artifacts()
    assert house.text("Fn") == "new"
    assert house.leftovers() == []


def test_what_cannot_be_removed_is_no_failed_build(bound_dir: Path) -> None:
    """Containers leave files of other users; here a folder that the user may not change stands in for one."""
    house = House(bound_dir / "build", bound_dir / "engine")
    house.put("Fn", "old")
    artifacts = begin(house, "Fn", "new")
    artifacts.keep("Fn")
    (trashed,) = (house.state_dir / "trash").iterdir()
    if os.getuid() == 0:
        user = os.geteuid()
        os.seteuid(0)
        os.chown(trashed / "it", 0, 0)
        os.seteuid(user)
    artifacts.empty_trash()
    house.artifacts()
    assert house.text("Fn") == "new"
