"""Whole builds in the sandbox: what is declared is there, nothing else is, and everything goes on working."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from select import select

import pytest

from engine.plan import trace as traces
from engine.run.events import TargetResult
from tests.build.meeting import Meeting, meeting
from tests.build.project import BUILT, FAILED, MAKEFILE, RESTORED, UP_TO_DATE, Project, function, template
from tests.build.test_interruption import Waiter, alive
from tests.run.bubblewraps import counting, refusing

HERE = "HERE := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))\n"

Home = dict[str, str]


@pytest.fixture
def home(tmp_path: Path, bubblewrap: object) -> Home:
    """The environment of a user with a home of their own, on a machine with bubblewrap."""
    (tmp_path / "home").mkdir()
    return {"HOME": str(tmp_path / "home")}


def recipe(*lines: str, head: str = HERE) -> str:
    return head + "build-%:\n" + "".join(f"\t{line}\n" for line in lines)


def failed(project: Project, home: Home, **options: object) -> TargetResult:
    """The one target that failed."""
    outcome = project.outcome(home, **{"sandbox": "on", **options})
    (result,) = (row for row in outcome.results if str(row.state) == FAILED)
    return result


def at(place: Meeting) -> dict[str, str]:
    """What recipes need to go there, which lies among temporary files."""
    return {"MEET": place.command, "PLACE": os.path.dirname(place.address), "PYTHON": sys.executable}


def hint(result: TargetResult) -> str:
    assert result.failure is not None
    return result.failure.hint or ""


def said(result: TargetResult) -> str:
    assert result.log is not None
    return Path(result.log).read_text()


def test_a_target_that_declares_what_it_reads_is_built_the_same(project: Project, home: Home) -> None:
    project.write(
        {
            "template.yaml": template(
                Fn=function(metadata="ContextPath: make\nBuildProperties:\n  Inputs: [shared/**/*.py, one.txt]")
            ),
            "make/Makefile": HERE
            + "include $(HERE)/more.mk\nbuild-Fn:\n\tcp app.py $(MORE) $(ARTIFACTS_DIR)\n\tpwd > $(ARTIFACTS_DIR)/pwd\n"
            "\techo $(MAKE) $(PWD) $$(id -u) $$(umask) > $(ARTIFACTS_DIR)/seen\n",
            "make/more.mk": "SHARED := $(HERE)/../shared\n"
            "MORE := $(wildcard $(SHARED)/*.py) $(SHARED)/deep/b.py $(HERE)/../one.txt\n",
            "shared/a.py": "a",
            "shared/deep/b.py": "b",
            "one.txt": "1",
        }
    )
    home["PWD"] = "/where/the/user/was"
    assert project.build(home) == {"Fn": BUILT}
    without = project.tree("Fn")
    assert without["seen"] == f"make /where/the/user/was {os.getuid()} 0022\n".encode()
    assert project.build(home, sandbox="on") == {"Fn": UP_TO_DATE}
    assert project.build(home, sandbox="on", use_cache=False) == {"Fn": BUILT}
    assert project.tree("Fn") == without


def test_what_is_read_undeclared_fails_in_makes_words_with_the_way_out(project: Project, home: Home) -> None:
    project.write({"src/Makefile": recipe("cp $(HERE)/../shared/a.py $(ARTIFACTS_DIR)"), "shared/a.py": "a"})
    assert project.build(home) == {"Fn": BUILT}
    result = failed(project, home, use_cache=False)
    assert "a.py': No such file or directory" in said(result)
    assert result.failure is not None
    assert "Error 1" in result.failure.message
    assert hint(result).startswith("the sandbox hid shared/a.py: declare it in BuildProperties.Inputs")
    assert "engine audit Fn" in hint(result)
    assert "--sandbox=off" in hint(result)
    project.write({"template.yaml": template(Fn=function(metadata="BuildProperties: {Inputs: [shared/a.py]}"))})
    assert project.build(home, sandbox="on") == {"Fn": BUILT}
    assert project.tree("Fn") == {"a.py": b"a"}


def test_what_may_have_been_missed_is_said_of_failures_that_name_nothing(project: Project, home: Home) -> None:
    project.write({"src/Makefile": recipe("cd $(HERE)/.. && cat notes"), "notes": ""})
    assert "if --sandbox=off helps, `engine audit Fn` names what to declare" in hint(failed(project, home))
    project.write({"src/Makefile": recipe("echo the sources are wrong; exit 1")})
    assert hint(failed(project, home)) == ""


@pytest.mark.parametrize("place", ["..", ".", "../.git", "../.aws-sam", "../shared", "../unrelated/x"])
def test_nothing_of_the_checkout_can_be_written(project: Project, home: Home, place: str) -> None:
    project.write({"src/Makefile": recipe(f"echo > $(HERE)/{place}/written"), "shared/a": "", "unrelated/x/y": ""})
    project.write(
        {"template.yaml": template(Fn=function(metadata="BuildProperties: {Inputs: [shared]}")), ".git/HEAD": ""}
    )
    assert "rror" in said(failed(project, home))
    assert list(project.root.rglob("written")) == []


@pytest.mark.parametrize("hidden", [".git/HEAD", ".aws-sam/engine/lock", ".aws-sam/build/Other/app.py", "src/kept.txt"])
def test_what_no_key_names_cannot_be_read(project: Project, home: Home, hidden: str) -> None:
    project.write({"template.yaml": template(Fn=function(), Other=function("other")), ".git/HEAD": ""})
    project.write({"other/Makefile": MAKEFILE, "other/app.py": "", "src/kept.txt": "", "src/.samignore": "kept.txt\n"})
    project.write({"src/Makefile": recipe(f"cat $(HERE)/../{hidden} > $(ARTIFACTS_DIR)/read")})
    project.build(home, resources=("Other",))
    assert project.build(home)["Fn"] == BUILT
    assert hidden.rpartition("/")[2] in said(failed(project, home, use_cache=False))


def test_the_store_cannot_be_reached(project: Project, home: Home) -> None:
    store = Path(home["HOME"]) / ".cache" / "store"
    project.store = store
    project.write({"src/Makefile": recipe(f"ls {store} > $(ARTIFACTS_DIR)/listed; echo > {store}/forged")})
    assert "Read-only" in said(failed(project, home))
    assert not (store / "forged").exists()


def test_no_target_writes_into_another_ones_artifact(project: Project, home: Home, tmp_path: Path) -> None:
    """`Late` writes when `Early` was made and may be being recorded; without the sandbox it gets there."""
    done = f"{home['HOME']}/done"
    project.write(
        {
            "template.yaml": template(Early=function("early"), Late=function("late")),
            "early/Makefile": recipe(f"echo early > $(ARTIFACTS_DIR)/early; echo > {done}"),
            "late/Makefile": recipe(f"read line < {done}; echo late > $(ARTIFACTS_DIR)/../Early/late"),
        }
    )
    os.mkfifo(done)
    assert set(project.build(home, keep_going=True).values()) == {BUILT}
    assert (project.artifact("Early") / "late").exists()
    shutil.rmtree(project.root / ".aws-sam")
    result = failed(project, home, keep_going=True, use_cache=False)
    assert result.target == "Late"
    assert project.tree("Early") == {"early": b"early\n"}


def test_artifacts_of_dependencies_are_read_only(project: Project, home: Home) -> None:
    project.write(
        {
            "template.yaml": template(
                Fn=function(metadata="BuildProperties: {DependsOn: [Other]}"), Other=function("other")
            ),
            "other/Makefile": MAKEFILE,
            "other/app.py": "other",
            "src/Makefile": recipe("cp $(ARTIFACTS_DIR)/../Other/app.py $(ARTIFACTS_DIR)"),
        }
    )
    assert project.build(home, sandbox="on", link_mode="symlink") == {"Fn": BUILT, "Other": BUILT}
    assert project.tree("Fn") == {"app.py": b"other"}
    project.write({"src/Makefile": recipe("echo > $(ARTIFACTS_DIR)/../Other/app.py")})
    assert "Read-only file system" in said(failed(project, home))
    project.write({"template.yaml": template(Fn=function(), Other=function("other"))})
    project.write({"src/Makefile": recipe("cp $(ARTIFACTS_DIR)/../Other/app.py $(ARTIFACTS_DIR)")})
    assert "hid Other/app.py of the build directory: name its target in BuildProperties.DependsOn" in hint(
        failed(project, home)
    )


def test_the_artifact_directory_is_emptied_not_removed(project: Project, home: Home) -> None:
    line = "rm -rf $(ARTIFACTS_DIR)/*; mkdir -p $(ARTIFACTS_DIR); touch $(ARTIFACTS_DIR)/x"
    project.write({"src/Makefile": recipe(line)})
    assert project.build(home, sandbox="on") == {"Fn": BUILT}
    project.write({"src/Makefile": recipe("rm -rf $(ARTIFACTS_DIR)")})
    assert "remove what is in it" in hint(failed(project, home))


def test_links_in_sources_lead_where_they_led(project: Project, home: Home) -> None:
    project.write({"shared/lib/a.py": "a", "shared/one.py": "1", "real/fn/app.py": "app"})
    project.write({"real/fn/Makefile": recipe("cp -rL $(HERE)/lib $(HERE)/one.py $(HERE)/app.py $(ARTIFACTS_DIR)")})
    (project.root / "src").rename(project.root / "unused")
    (project.root / "src").symlink_to("real/fn")
    (project.root / "real/fn/lib").symlink_to("../../shared/lib")
    (project.root / "real/fn/one.py").symlink_to(project.root / "shared/one.py")
    assert project.build(home, sandbox="on") == {"Fn": BUILT}
    assert project.tree("Fn") == {"lib": None, "lib/a.py": b"a", "one.py": b"1", "app.py": b"app"}


def test_a_code_directory_that_is_the_checkout(project: Project, home: Home) -> None:
    project.write({"template.yaml": template(Fn=function(".")), ".git/HEAD": "", "lib/a.py": "a"})
    project.write({"Makefile": recipe("cp $(HERE)/lib/a.py $(ARTIFACTS_DIR)", "! cat $(HERE)/.git/HEAD")})
    assert project.build(home, sandbox="on") == {"Fn": BUILT}
    assert project.build(home, sandbox="on") == {"Fn": UP_TO_DATE}
    assert project.tree("Fn") == {"a.py": b"a"}


def test_in_source_make_writes_to_its_sources_and_nowhere_else(project: Project, home: Home) -> None:
    project.write({"template.yaml": template(Fn=function(".")), ".git/HEAD": "", "app.py": "app"})
    project.write(
        {
            "Makefile": recipe(
                "cp app.py left.py; cp left.py $(ARTIFACTS_DIR)", "! cat .git/HEAD; ! ls .aws-sam/engine/logs",
                "! touch $(ARTIFACTS_DIR)/../new; ! touch .git/new",
            )
        }
    )  # fmt: skip
    assert project.build(home, sandbox="on", build_in_source=True) == {"Fn": BUILT}
    assert project.tree("Fn") == {"left.py": b"app"}
    assert (project.root / "left.py").read_text() == "app"
    assert not (project.root / ".git/new").exists()
    assert project.build(home, sandbox="on", build_in_source=True) == {"Fn": UP_TO_DATE}


def test_a_working_directory_outside_of_the_code(project: Project, home: Home) -> None:
    project.write({"template.yaml": template(Fn=function(metadata="WorkingDirectory: work")), "work/data": "data"})
    project.write({"src/Makefile": recipe("pwd; cp data $(ARTIFACTS_DIR)"), "secret": ""})
    assert project.build(home, sandbox="on") == {"Fn": BUILT}
    assert project.tree("Fn") == {"data": b"data"}
    project.write({"src/Makefile": recipe("cp ../secret $(ARTIFACTS_DIR)")})
    assert "the sandbox hid secret: declare it" in hint(failed(project, home))
    project.write({"src/Makefile": recipe("cp data made; cp made $(ARTIFACTS_DIR)")})
    assert project.build(home, sandbox="on") == {"Fn": BUILT}
    assert (project.root / "work" / "made").exists()


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


def test_programs_of_the_checkout_are_those_of_path(project: Project, home: Home) -> None:
    project.write({".venv/bin/tool": '#!/bin/sh\ncat "${0%/*}/../lib/data"\n', ".venv/lib/data": "data\n"})
    (project.root / ".venv/bin/tool").chmod(0o755)
    project.write({"src/Makefile": recipe("tool > $(ARTIFACTS_DIR)/out")})
    home["PATH"] = f"{project.root}/.venv/bin:{os.environ['PATH']}"
    assert project.build(home, sandbox="on") == {"Fn": BUILT}
    assert project.tree("Fn") == {"out": b"data\n"}


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


def test_the_command_line_says_so(project: Project, home: Home) -> None:
    project.write({"src/Makefile": recipe("cat $(HERE)/../secret"), "secret": ""})
    done = subprocess.run(
        [sys.executable, "-m", "engine", "build", "--sandbox=on", "--cache-dir", str(project.store)],
        cwd=project.root, env={**os.environ, **home, "PYTHONPATH": str(Path.cwd())}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "hint: the sandbox hid secret" in done.stderr
