from __future__ import annotations

import os
import signal
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import Interrupted
from engine.make.invocation import find_make
from engine.plan.action import Action
from engine.run.artifacts import Artifacts
from engine.run.executor import LocalExecutor, Ran, working_directory
from engine.run.jobserver import Jobserver
from engine.run.process import Processes
from engine.run.scratch import Scratch
from tests.plan.world import World, make_target
from tests.run.processes import Witness


class House:
    """A project, its build directory and an executor."""

    def __init__(self, root: Path) -> None:
        self.world = World(root / "project", {"src/app.py": "1\n", "src/lib/x": "1\n"})
        self.build_dir = root / "project" / ".aws-sam" / "build"
        state_dir = root / "project" / ".aws-sam" / "engine"
        self.scratch = Scratch(str(state_dir))
        self.artifacts = Artifacts(str(self.build_dir), str(state_dir))
        self.logs = state_dir / "logs"
        self.processes = Processes()
        self.timeout_s: float | None = None
        self.in_source = False

    def action(self, *recipe: str) -> Action:
        self.world.write("src/Makefile", "build-Fn:\n" + "".join(f"\t{line}\n" for line in recipe))
        return self.world.action()

    def executor(self) -> LocalExecutor:
        return LocalExecutor(
            processes=self.processes,
            jobserver=Jobserver(),
            make=find_make(dict(os.environ)),
            environ={**os.environ, "FROM_CALLER": "yes"},
            scratch=self.scratch,
            artifacts=self.artifacts,
            log_of=lambda name: str(self.logs / f"{name}.log"),
            timeout_s=self.timeout_s,
            in_source=self.in_source,
        )

    def run(self, action: Action) -> Ran:
        return self.executor().run(action)

    def text(self, name: str) -> str | None:
        path = self.build_dir / "Fn" / name
        return path.read_text().strip() if path.exists() else None

    def put(self, text: str) -> None:
        (self.build_dir / "Fn").mkdir(parents=True)
        (self.build_dir / "Fn" / "old").write_text(text)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return House(tmp_path)


def test_make_fills_the_artifact_directory_from_a_copy(house: House) -> None:
    house.put("old")
    ran = house.run(
        house.action(
            "echo said; echo complained >&2; pwd > $(ARTIFACTS_DIR)/cwd",
            "ls > $(ARTIFACTS_DIR)/ls; echo $$FROM_CALLER > $(ARTIFACTS_DIR)/environ; echo 2 > app.py",
        )
    )
    assert ran.exit.code == 0
    assert ran.faithful
    assert ran.seconds > 0
    assert house.text("cwd") == house.scratch.path_of("Fn")
    assert house.text("ls") == "Makefile\napp.py\nlib"
    assert house.text("environ") == "yes"
    assert house.text("old") is None
    assert "said\ncomplained\n" in Path(ran.log).read_text()
    assert (house.world.root / "src" / "app.py").read_text() == "1\n"
    assert os.listdir(house.scratch.root) == []


def test_the_command_names_the_original_makefile(house: House) -> None:
    house.run(house.action("echo $(MAKEFILE_LIST) $@ > $(ARTIFACTS_DIR)/seen"))
    assert house.text("seen") == f"{house.world.root}/src/Makefile build-Fn"


def test_make_is_called_by_its_name(house: House) -> None:
    house.run(house.action("echo $(MAKE) > $(ARTIFACTS_DIR)/name", "$(MAKE) --version > $(ARTIFACTS_DIR)/version"))
    assert house.text("name") == "make"
    assert "GNU Make" in (house.text("version") or "")


def test_a_failure_is_a_value_and_the_last_artifact_comes_back(house: House) -> None:
    house.put("good")
    ran = house.run(house.action("echo half > $(ARTIFACTS_DIR)/half", "exit 3"))
    assert ran.exit.code == 2
    assert house.text("half") is None
    assert house.text("old") == "good"
    assert "Error 3" in Path(ran.log).read_text()
    assert os.listdir(house.scratch.root) == []


def test_a_time_limit_is_a_failure(house: House, witness: Witness) -> None:
    house.put("good")
    house.timeout_s = 1.5
    ran = house.run(house.action(f"{witness.hold}; sleep 600"))
    assert ran.exit.timed_out
    assert ran.exit.code in (2, -signal.SIGTERM)
    assert house.text("old") == "good"
    assert witness.all_ended()


def test_an_interruption_brings_the_last_artifact_back(house: House, witness: Witness, tmp_path: Path) -> None:
    house.put("good")
    os.mkfifo(tmp_path / "started")
    action = house.action(f"{witness.hold}; echo > {tmp_path}/started; sleep 600")
    with ThreadPoolExecutor() as pool:
        running = pool.submit(house.run, action)
        (tmp_path / "started").read_text()
        house.processes.terminate()
        with pytest.raises(Interrupted):
            running.result()
    assert house.text("old") == "good"
    assert os.listdir(house.scratch.root) == []
    assert witness.all_ended()


def test_an_edit_after_the_scan_is_told(house: House) -> None:
    action = house.action("cp app.py $(ARTIFACTS_DIR)")
    house.world.write("src/app.py", "2\n")
    ran = house.run(action)
    assert ran.exit.code == 0
    assert not ran.faithful
    assert house.text("app.py") == "2"


def test_a_run_that_cannot_start_shows_no_earlier_log(house: House) -> None:
    action = house.action("echo said")
    log = house.run(action).log
    gone = action._replace(target=action.target._replace(working_dir="/nonexistent"))
    with pytest.raises(FileNotFoundError, match="/nonexistent"):
        house.run(gone)
    assert Path(log).read_text() == ""
    assert os.listdir(house.scratch.root) == []
    assert (house.build_dir / "Fn").is_dir()


def test_in_source_make_runs_in_the_code_directory(house: House) -> None:
    house.in_source = True
    house.run(house.action("pwd > $(ARTIFACTS_DIR)/cwd; echo > left"))
    assert house.text("cwd") == f"{house.world.root}/src"
    assert (house.world.root / "src" / "left").exists()


def test_a_missing_code_directory_is_an_empty_one(house: House) -> None:
    action = house.action("ls -A > $(ARTIFACTS_DIR)/ls")
    gone = action._replace(target=action.target._replace(code_dir="/nonexistent"), tree=None)
    assert house.run(gone).exit.code == 0
    assert house.text("ls") == ""


def test_logs_of_nested_stacks_lie_in_folders(house: House) -> None:
    action = house.action("echo said")
    nested = action._replace(target=action.target._replace(full_path="Child/Fn"))
    ran = house.run(nested)
    assert ran.log == str(house.logs / "Child" / "Fn.log")
    assert "said" in Path(ran.log).read_text()
    assert (house.build_dir / "Child" / "Fn").is_dir()


@pytest.mark.parametrize(
    ("working_dir", "expected"),
    [
        (None, "/scratch"),
        ("/p/src", "/scratch"),
        ("/p/src/sub/dir", "/scratch/sub/dir"),
        ("/p/srcs", "/p/srcs"),
        ("/p", "/p"),
    ],
)
def test_the_working_directory(working_dir: str | None, expected: str) -> None:
    for code_dir in ("/p/src", "/p/src/"):
        assert working_directory(make_target(code_dir, working_dir=working_dir), "/scratch") == expected
