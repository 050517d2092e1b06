"""The sandbox of one run: where the project lies decides what is hidden."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from engine.run.artifacts import Artifacts
from engine.run.bubblewrap import Bubblewrap
from engine.run.executor import LocalExecutor
from engine.run.jobserver import Jobserver
from engine.run.process import Processes
from engine.run.sandbox import Grounds, Sandbox
from engine.run.scratch import Scratch
from tests.plan.world import World


class House:
    """A project and an executor that runs its `Fn` in the sandbox."""

    def __init__(self, home: Path, project: Path, checkout: Path, bubblewrap: Bubblewrap | None) -> None:
        self.world = World(project, {"src/app.py": "1\n"})
        build_dir = self.world.root / ".aws-sam" / "build"
        state_dir = self.world.root / ".aws-sam" / "engine"
        state_dir.mkdir(parents=True)
        self.out = build_dir / "Fn" / "out"
        self.scratch = Scratch(str(state_dir))
        own = (str(build_dir), str(state_dir), f"{home}/store")
        grounds = Grounds(str(project), str(checkout), str(build_dir), own)
        self.executor = LocalExecutor(
            processes=Processes(),
            jobserver=Jobserver(),
            make="/usr/bin/make",
            environ={**os.environ, "HOME": str(home)},
            scratch=self.scratch,
            artifacts=Artifacts(str(build_dir), str(state_dir)),
            log_of=lambda name: str(state_dir / f"{name}.log"),
            timeout_s=None,
            in_source=False,
            wrapper=Sandbox(grounds, self.scratch, lambda: bubblewrap),
        )

    def run(self, line: str) -> str | None:
        """What a recipe's line prints; None where it fails."""
        self.world.write("src/Makefile", f"build-Fn:\n\t({line}) > $(ARTIFACTS_DIR)/out\n")
        return self.out.read_text() if self.executor.run(self.world.action()).exit.code == 0 else None


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("tmp", "home/.cargo"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "home/.cargo/config.toml").write_text("cargo\n")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path / "home"


@pytest.mark.parametrize(("project", "checkout"), [("app", "app"), ("repo/app", "repo"), ("app", ".")])
def test_the_home_is_there_and_the_project_is_not(
    home: Path, bubblewrap: Bubblewrap, project: str, checkout: str
) -> None:
    """A home that is kept in git itself is a home all the same."""
    house = House(home, home / project, home / checkout, bubblewrap)
    house.world.write("secret", "secret")
    assert house.run("cat ~/.cargo/config.toml; touch ~/.cargo/new") == "cargo\n"
    assert (home / ".cargo/new").exists()
    assert house.run(f"cat {house.world.root}/secret") is None


def test_all_of_the_checkout_is_hidden_and_caches_in_it_are_not(home: Path, bubblewrap: Bubblewrap) -> None:
    house = House(home, home / "repo/app", home / "repo", bubblewrap)
    (home / "repo/other").write_text("")
    (home / "repo/.cache").mkdir()
    assert house.run("ls -A ~/repo") == "app\n"
    assert house.run("cat ~/repo/other") is None


def test_a_home_in_the_checkout_is_a_home(home: Path, bubblewrap: Bubblewrap) -> None:
    checkout = home.parent / "checkout"
    inner = checkout / ".home"
    inner.mkdir(parents=True)
    house = House(inner, checkout / "app", checkout, bubblewrap)
    assert house.run("echo > ~/kept; ls -A ~/..") == ".home\napp\n"
    assert (inner / "kept").exists()


def test_nothing_of_it_stays(home: Path, bubblewrap: Bubblewrap) -> None:
    house = House(home, home / "app", home / "app", bubblewrap)
    assert house.run("echo > /tmp/left; echo > $${TMPDIR:-/tmp}/left; echo > /var/tmp/left; cat /tmp/left") == "\n"
    assert os.listdir(house.scratch.root) == []
    assert not os.path.exists("/var/tmp/left")


def test_scratch_copies_of_others_are_hidden_where_temporary_files_are_kept_in_the_home(
    home: Path, bubblewrap: Bubblewrap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(home))
    house = House(home, home / "app", home / "app", bubblewrap)
    (Path(house.scratch.root) / "Other").mkdir()
    assert house.run(f"ls {house.scratch.root}") == f"{os.path.basename(house.scratch.path_of('Fn'))}\n"


def test_where_there_is_no_bubblewrap_make_runs_as_it_is(home: Path) -> None:
    house = House(home, home / "app", home / "app", None)
    house.world.write("secret", "secret")
    assert house.run(f"cat {house.world.root}/secret") == "secret"


def test_a_killed_make_is_told_as_without_the_sandbox(home: Path, bubblewrap: Bubblewrap) -> None:
    codes: list[int] = []
    for program in (None, bubblewrap):
        project = home / str(len(codes))
        house = House(home, project, project, program)
        house.world.write("src/Makefile", "build-Fn:\n\tkill -KILL $$PPID\n")
        codes.append(house.executor.run(house.world.action()).exit.code)
    assert codes == [-9, -9]
