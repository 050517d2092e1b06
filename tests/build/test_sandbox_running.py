"""How builds in the sandbox run: temporary files, caches, job slots, signals, and where there can be none."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from select import select

import pytest

from engine.plan import trace as traces
from tests.build.meeting import meeting
from tests.build.project import BUILT, MAKEFILE, RESTORED, UP_TO_DATE, Project, function, template
from tests.build.sandboxed import Home, at, failed, hint, recipe
from tests.build.test_interruption import Waiter, alive
from tests.run.bubblewraps import counting, refusing


def test_temporary_files_are_a_targets_own_and_do_not_stay(project: Project, home: Home) -> None:
    """Both meet while each holds a file of the same name."""
    name = f"/tmp/engine-test-{os.getpid()}"
    lines = (f"echo $@ > {name}", "$(MEET)", f"cp {name} $(ARTIFACTS_DIR)/mine; mktemp > $(ARTIFACTS_DIR)/temporary")
    project.write({"src/Makefile": recipe(*lines), "template.yaml": template(One=function(), Two=function())})
    with meeting(slots=2, visitors=2) as place:
        states = project.build({**home, **at(place)}, sandbox="on")
    assert states == {"One": BUILT, "Two": BUILT}
    assert (project.artifact("One") / "mine").read_text() == "build-One\n"
    assert (project.artifact("Two") / "mine").read_text() == "build-Two\n"
    assert not os.path.exists(name)
    assert not os.path.exists((project.artifact("One") / "temporary").read_text().strip())


def test_caches_and_the_home_stay_from_run_to_run(project: Project, home: Home, tmp_path: Path) -> None:
    inside, outside = project.root / ".cache" / "pip", tmp_path / "opt" / "cargo"
    home |= {"PIP_CACHE_DIR": str(inside), "CARGO_HOME": str(outside)}
    project.write({"src/Makefile": recipe("touch ~/kept $$PIP_CACHE_DIR/kept $$CARGO_HOME/kept")})
    assert project.build(home, sandbox="on") == {"Fn": BUILT}
    assert [path.exists() for path in (inside / "kept", outside / "kept", Path(home["HOME"]) / "kept")] == [True] * 3


def test_parallel_makes_share_the_job_slots(project: Project, home: Home) -> None:
    rows = "".join(f"visit-{number}:\n\t@$(MEET)\n" for number in range(4))
    visits = " ".join(f"visit-{number}" for number in range(4))
    project.write({"src/Makefile": f"build-%: {visits}\n\ttouch $(ARTIFACTS_DIR)/done\n{rows}"})
    project.write({"template.yaml": template(Fn=function(metadata="BuildProperties: {Parallel: true}"))})
    with meeting(slots=3, visitors=4) as place:
        states = project.build({**home, **at(place)}, jobs=3, sandbox="on")
    assert states == {"Fn": BUILT}
    assert (place.most, place.left) == (3, 4)


def test_a_time_limit_leaves_time_to_clean_up(project: Project, home: Home) -> None:
    kept, ready = Path(home["HOME"]) / "cleaned", "trap 'echo > ~/cleaned; exit 1' TERM"
    project.write({"src/Makefile": recipe(f"{ready}; sleep 600 & wait")})
    result = failed(project, home, timeout_s=2.0)
    assert result.failure is not None
    assert "--timeout" in (result.failure.hint or "")
    assert kept.exists()


def test_a_signal_that_kills_make_is_named(project: Project, home: Home) -> None:
    project.write({"src/Makefile": recipe("kill -KILL $$PPID; sleep 5")})
    result = failed(project, home)
    assert result.failure is not None
    assert "killed by SIGKILL" in result.failure.message
    assert result.failure.exit_code == -signal.SIGKILL


def test_memory_is_that_of_what_ran(project: Project, home: Home) -> None:
    size_bytes = 400 << 20
    program = f"python3 -c 'held = bytes({size_bytes}); held = bytearray(held)'"
    project.write({"src/Makefile": recipe(program)})
    assert project.build(home, sandbox="on") == {"Fn": BUILT}
    assert traces.load(str(project.state_dir)).memory_bytes["Fn"] > size_bytes


@pytest.fixture
def waiter(project: Project, home: Home, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Waiter]:
    """A build in the sandbox that waits; its FIFOs lie in the home."""
    monkeypatch.setenv("HOME", home["HOME"])
    monkeypatch.setenv("ENGINE_SANDBOX", "on")
    return lambda trap: Waiter(project, trap, Path(home["HOME"]))


def test_ctrl_c_ends_what_runs_in_the_sandbox(project: Project, home: Home, waiter: Callable[[str], Waiter]) -> None:
    project.build(home)
    waiting = waiter("")
    waiting.process.send_signal(signal.SIGINT)
    code, errors = waiting.end()
    assert code == 130
    assert "Traceback" not in errors
    assert not alive(waiting.make)
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}


def test_what_ignores_the_signal_is_killed(waiter: Callable[[str], Waiter]) -> None:
    waiting = waiter("trap '' TERM INT; ")
    waiting.process.send_signal(signal.SIGINT)
    waiting.process.send_signal(signal.SIGINT)
    assert waiting.end()[0] == 130
    assert not alive(waiting.make)


def test_after_kill_9_the_next_build_is_right(project: Project, home: Home, waiter: Callable[[str], Waiter]) -> None:
    waiting = waiter("")
    make = os.pidfd_open(waiting.make)
    waiting.process.kill()
    waiting.end()
    assert select([make], [], [], 20)[0], "make outlives the engine"
    os.close(make)
    project.write({"src/Makefile": MAKEFILE})
    assert project.build(home, sandbox="on") == {"Fn": BUILT}
    assert not alive(waiting.shell)
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}


def test_bubblewrap_is_asked_once_as_long_as_the_machine_stays(project: Project, home: Home, tmp_path: Path) -> None:
    calls = counting(tmp_path / "bin", home)
    assert project.build(home, sandbox="auto") == {"Fn": BUILT}
    assert calls() == 2
    assert project.build(home, sandbox="auto", use_cache=False) == {"Fn": BUILT}
    assert calls() == 3
    counting(tmp_path / "bin", home, "# another version\n")
    assert project.build(home, sandbox="auto", use_cache=False) == {"Fn": BUILT}
    assert calls() == 5


def test_bubblewrap_is_not_asked_when_nothing_is_about_to_run(project: Project, home: Home, tmp_path: Path) -> None:
    assert project.build(home) == {"Fn": BUILT}
    refusing(tmp_path / "bin", home)
    assert project.build(home, sandbox="on") == {"Fn": UP_TO_DATE}
    shutil.rmtree(project.build_dir)
    assert project.build(home, sandbox="on") == {"Fn": RESTORED}


@pytest.mark.parametrize(
    ("words", "way_out"),
    [("bwrap: setting up uid map: Permission denied", "user namespaces"), ("env: unrecognized option", "coreutils")],
)
def test_where_it_does_not_work_on_is_an_error_and_auto_does_without(
    project: Project, home: Home, tmp_path: Path, words: str, way_out: str
) -> None:
    refusing(tmp_path / "bin", home, words)
    result = failed(project, home)
    assert result.failure is not None
    assert result.failure.message == "The sandbox cannot be made: --sandbox=on, and bubblewrap does not work here"
    assert dict(result.failure.rows)["it says"] == words
    assert way_out in hint(result)
    assert project.build(home, sandbox="auto") == {"Fn": BUILT}
    project.write({"src/Makefile": recipe("cat missing")})
    assert hint(failed(project, home, sandbox="auto")) == ""


def test_without_bubblewrap_the_package_is_named(project: Project, home: Home, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    for name in ("make", "sh", "cp", "env"):
        (tmp_path / "bin" / name).symlink_to(shutil.which(name) or "")
    home["PATH"] = f"{tmp_path}/bin"
    result = failed(project, home)
    assert result.failure is not None
    assert "bubblewrap is not installed" in result.failure.message
    assert "the package bubblewrap" in hint(result)
    assert project.build(home, sandbox="auto") == {"Fn": BUILT}
