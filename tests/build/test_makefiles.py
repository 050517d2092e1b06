"""Builds whose makefiles include others, run make again, or are started by an outer make."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.run.scratch import Scratch
from tests.build.project import BUILT, FAILED, MAKEFILE, RESTORED, UP_TO_DATE, Project, function, template
from tests.run.processes import Witness

ENGINE = f"{sys.executable} -m engine build"
OUTER = f"STAGE = dev\nbuild:\n\t+@{ENGINE} --cache-dir $(STORE)\n"
"""A Makefile from which users start builds."""


def outer(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A build started by a real make in the project's folder."""
    return subprocess.run(
        ["make", "-f", "outer.mk", *arguments, f"STORE={project.store}", "build"],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def staged(project: Project) -> Project:
    """A project whose artifact says the stage, and an outer Makefile with a stage of its own."""
    makefile = "STAGE = dev\nbuild-Fn:\n\techo $(STAGE) > $(ARTIFACTS_DIR)/stage\n"
    project.write({"outer.mk": OUTER, "src/Makefile": makefile})
    return project


@pytest.mark.parametrize("flag", ["-n", "--touch", "-q"])
def test_an_outer_make_that_runs_nothing_is_refused(staged: Project, flag: str) -> None:
    done = outer(staged, flag)
    assert done.returncode != 0
    assert "MAKEFLAGS tells make to run nothing for real" in done.stderr
    assert "Traceback" not in done.stderr
    assert not staged.artifact("Fn").exists()
    assert outer(staged).returncode == 0
    assert staged.tree("Fn") == {"stage": b"dev\n"}


def test_an_outer_make_that_ignores_errors_gets_no_half_artifact(staged: Project) -> None:
    staged.write({"src/Makefile": "build-Fn:\n\techo half > $(ARTIFACTS_DIR)/half\n\tfalse\n"})
    assert "build-Fn" in outer(staged, "-i").stderr
    assert staged.build() == {"Fn": FAILED}
    assert not staged.artifact("Fn").exists()


def test_a_variable_of_an_outer_make_is_in_the_key(staged: Project) -> None:
    assert outer(staged, "STAGE=prod").returncode == 0
    assert staged.tree("Fn") == {"stage": b"prod\n"}
    assert staged.build() == {"Fn": BUILT}
    assert staged.tree("Fn") == {"stage": b"dev\n"}
    assert outer(staged, "-j3", "-k", "STAGE=prod").returncode == 0
    assert staged.tree("Fn") == {"stage": b"prod\n"}
    assert staged.build({"MAKEFLAGS": "k STAGE=test"}) == {"Fn": BUILT}
    assert staged.tree("Fn") == {"stage": b"test\n"}
    assert staged.build({"MAKEFLAGS": "ks -j4 --jobserver-auth=3,4"}) == {"Fn": RESTORED}


def test_other_flags_do_not_reach_make(project: Project) -> None:
    project.write({"src/Makefile": "build-Fn:\n\techo '$(MAKEFLAGS)' $(MAKELEVEL) $(MFLAGS) > $(ARTIFACTS_DIR)/x\n"})
    environ = {"MAKEFLAGS": "wkB -j2 --jobserver-auth=3,4", "MFLAGS": "-w", "MAKELEVEL": "3", "GNUMAKEFLAGS": "-B"}
    assert project.build(environ) == {"Fn": BUILT}
    assert project.tree("Fn") == {"x": b" 0\n"}


def test_flags_that_change_what_is_built_count(staged: Project) -> None:
    staged.build({"STAGE": "test"})
    assert staged.tree("Fn") == {"stage": b"dev\n"}
    assert staged.build({"STAGE": "test", "MAKEFLAGS": "e"}) == {"Fn": BUILT}
    assert staged.tree("Fn") == {"stage": b"test\n"}
    assert staged.build({"STAGE": "test", "GNUMAKEFLAGS": "--env"}) == {"Fn": BUILT}
    assert staged.tree("Fn") == {"stage": b"test\n"}


def test_touching_is_refused_in_words(staged: Project) -> None:
    with pytest.raises(InputError, match=r"GNUMAKEFLAGS tells make to run nothing for real \(-t\)"):
        staged.build({"GNUMAKEFLAGS": "t"})


def deep(project: Project, text: str) -> None:
    """A Makefile two folders below the root R."""
    project.write(
        {
            "template.yaml": template(Fn=function("far/src")),
            "far/src/Makefile": f"R := $(dir $(lastword $(MAKEFILE_LIST)))../..\n{text}\n"
            "build-%:\n\techo '$(VALUE)' > $(ARTIFACTS_DIR)/value\n",
        }
    )


INCLUDES = {
    "wildcard": ("-include $(wildcard $(R)/mk.d/*.mk)", "mk.d/a.mk"),
    "condition": ("ifneq (,$(wildcard $(R)/.env))\ninclude $(R)/.env\nendif", ".env"),
    "shell": ("-include $(R)/$(shell cat $(R)/which)", "which.mk"),
    "artifact": ("-include $(R)/mk/$(notdir $(ARTIFACTS_DIR)).mk", "mk/Fn.mk"),
}


@pytest.mark.parametrize("name", INCLUDES)
def test_a_makefile_that_appears_counts(project: Project, name: str) -> None:
    text, path = INCLUDES[name]
    deep(project, text)
    project.write({"which": "no.mk", "which.mk": "", "mk.d/readme": "", "mk/readme": ""})
    assert project.build() == {"Fn": BUILT}
    assert project.build() == {"Fn": UP_TO_DATE}
    project.write({"which": "which.mk", path: "VALUE = one\n"})
    assert project.build() == {"Fn": BUILT}
    assert project.tree("Fn") == {"value": b"one\n"}
    project.write({path: "VALUE = two\n"})
    assert project.build() == {"Fn": BUILT}
    assert project.build() == {"Fn": UP_TO_DATE}
    assert project.tree("Fn") == {"value": b"two\n"}


def test_nothing_to_do_runs_no_make_for_plain_includes(project: Project, tmp_path: Path) -> None:
    deep(project, "include $(R)/common.mk")
    counter = tmp_path / "bin" / "make"
    counter.parent.mkdir()
    counter.write_text(f'#!/bin/sh\necho x >> {tmp_path}/calls\nexec /usr/bin/env PATH="$OLD" make "$@"\n')
    counter.chmod(0o755)
    path = os.environ["PATH"]
    environ = {"OLD": path, "PATH": f"{counter.parent}:{path}"}
    project.write({"common.mk": "VALUE = one\n"})
    assert project.build(environ) == {"Fn": BUILT}
    calls = (tmp_path / "calls").read_text()
    assert calls
    assert project.build(environ) == {"Fn": UP_TO_DATE}
    assert (tmp_path / "calls").read_text() == calls


def test_the_query_writes_nothing_into_the_project(project: Project) -> None:
    deep(project, "$(shell mkdir -p $(ARTIFACTS_DIR) && touch here $(ARTIFACTS_DIR)/there)\n-include $(R)/none.mk")
    project.build()
    assert sorted(os.listdir(project.build_dir)) == ["Fn", "template.yaml"]
    assert os.listdir(project.root / "far" / "src") == ["Makefile"]
    project.build()
    assert project.warnings == []
    assert not os.path.exists(Scratch(str(project.state_dir)).root) or not os.listdir(
        Scratch(str(project.state_dir)).root
    )


@pytest.mark.parametrize("name", ["Makefile", "part.mk"])
def test_variables_of_a_recursive_make_are_in_the_key(project: Project, name: str) -> None:
    project.write(
        {
            "src/Makefile": f"build-Fn:\n\t$(MAKE) -C sub -f {name}\n",
            f"src/sub/{name}": "all:\n\techo '$(INNER)' > $(ARTIFACTS_DIR)/inner\n",
        }
    )
    assert project.build({"INNER": "one"}) == {"Fn": BUILT}
    assert project.build({"INNER": "two"}) == {"Fn": BUILT}
    assert project.tree("Fn") == {"inner": b"two\n"}
    assert project.build({"INNER": "one", "OTHER": "1"}) == {"Fn": RESTORED}


READS = {
    "list": ("echo $(foreach v,$(filter APP_%,$(.VARIABLES)),$(v)=$($(v)))", "APP_X"),
    "whole list": ("echo $(foreach v,$(.VARIABLES),$(if $(findstring APP_,$(v)),$($(v))))", "APP_X"),
    "computed": ("echo $($(WHICH))", "APP_X"),
    "function": ("bash -c greet", "BASH_FUNC_greet%%"),
}


@pytest.mark.parametrize("name", READS)
def test_variables_that_no_makefile_spells_out(project: Project, name: str) -> None:
    command, variable = READS[name]
    project.write({"src/Makefile": f"SHELL = /bin/bash\nbuild-Fn:\n\t{command} > $(ARTIFACTS_DIR)/x\n"})
    for value in ("one", "two"):
        text = f"() {{ echo {value}; }}" if name == "function" else value
        assert project.build({"WHICH": "APP_X", variable: text}) == {"Fn": BUILT}
        assert value.encode() in (project.artifact("Fn") / "x").read_bytes()


def test_an_input_that_matches_nothing_is_told_when_it_runs(project: Project) -> None:
    inputs = "BuildProperties:\n  Inputs: ['{a,b}.txt', 'gone/*.py', 'src/*.py']\n"
    project.write({"template.yaml": template(Fn=function(metadata=inputs)), "a.txt": ""})
    project.build()
    assert project.warnings == [
        "BuildProperties.Inputs: {a,b}.txt matches no file; braces mean nothing in it: declare each alternative",
        "BuildProperties.Inputs: gone/*.py matches no file",
    ]
    project.build()
    assert project.warnings == []


HANGING = {"query": ("-include /nowhere/x.mk\nX := $(shell sh {})", "true"), "tool": ("", "sh {}")}
"""(Makefile, tool) with the place of a script."""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("name", HANGING)
def test_a_signal_ends_what_is_asked_before_a_target_runs(
    project: Project, tmp_path: Path, witness: Witness, name: str, again: bool, number: signal.Signals
) -> None:
    script, fifo, temporary = project.root / "ask", tmp_path / "fifo", tmp_path / "tmp"
    makefile, tool = (text.format(script) for text in HANGING[name])
    os.mkfifo(fifo)
    temporary.mkdir()
    declared = f'BuildProperties:\n  Tools: ["{tool}"]\n'
    project.write(
        {
            "template.yaml": template(Fn=function(metadata=declared)),
            "src/Makefile": f"{makefile}\n{MAKEFILE}",
            "ask": "",
        }
    )
    if again:  # a target that was built before is looked at before the event loop runs
        assert project.build() == {"Fn": BUILT}
    script.write_text(f"{witness.hold}; echo $$ > {fifo}; sleep 600")
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", "build", "--cache-dir", str(project.store)],
        cwd=project.root,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert int(fifo.read_text())
    process.send_signal(number)
    try:
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert witness.all_ended()
    assert [file for _, _, files in os.walk(temporary) for file in files] == []
