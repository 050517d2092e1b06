"""What builds in the sandbox see: what is declared is there, and nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.build.project import BUILT, MAKEFILE, UP_TO_DATE, Project, function, template
from tests.build.sandboxed import Home, failed, hint, recipe, said


def test_a_target_that_declares_what_it_reads_is_built_the_same(project: Project, home: Home) -> None:
    project.write(
        {
            "template.yaml": template(
                Fn=function(metadata="ContextPath: make\nBuildProperties:\n  Inputs: [shared/**/*.py, one.txt]")
            ),
            "make/Makefile": "HERE := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))\ninclude $(HERE)/more.mk\n"
            "build-Fn:\n\tcp app.py $(MORE) $(ARTIFACTS_DIR)\n\tpwd > $(ARTIFACTS_DIR)/pwd\n"
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


def test_a_build_directory_elsewhere_is_hidden_as_well(project: Project, home: Home, tmp_path: Path) -> None:
    other = tmp_path / "out" / "Early" / "app.py"
    project.write({"template.yaml": template(Early=function(), Late=function("late")), "late/app.py": ""})
    for line in (f"cat {other} > $(ARTIFACTS_DIR)/read", f"echo > {other}"):
        project.write({"late/Makefile": recipe(line)})
        options = {"build_dir": str(tmp_path / "out"), "jobs": 1, "use_cache": False}
        assert project.build(home, **options) == {"Early": BUILT, "Late": BUILT}
        assert failed(project, home, **options).target == "Late"
        assert other.read_text() == "print('one')\n"


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
    (project.root / "lib").symlink_to("../elsewhere")
    project.write(
        {
            "../elsewhere/a": "",
            "Makefile": recipe(
                "cp app.py left.py; cp left.py $(ARTIFACTS_DIR)", "! cat .git/HEAD; ! ls .aws-sam/engine/logs",
                "! touch $(ARTIFACTS_DIR)/../new; ! touch .git/new; cat lib/a",
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
    project.write({"src/Makefile": recipe("cp data made; cp made $(ARTIFACTS_DIR); ! ls ../.aws-sam/engine")})
    for _ in range(2):
        assert project.build(home, sandbox="on", use_cache=False) == {"Fn": BUILT}
    assert (project.root / "work" / "made").exists()


def test_make_works_in_the_project_and_its_sources(project: Project, home: Home) -> None:
    """What make keeps there, and leaves out of keys, stays at hand."""
    metadata = "WorkingDirectory: .\nBuildProperties: {Ignore: [kept, deps.mk]}"
    project.write({"template.yaml": template(Fn=function(metadata=metadata)), ".git/HEAD": "", "kept/x": ""})
    lines = (
        "touch kept/y src/kept src/deps.mk; cp src/app.py kept/x $(ARTIFACTS_DIR)",
        "! cat .git/HEAD .aws-sam/build.toml",
    )
    project.write({"src/Makefile": "-include $(dir $(lastword $(MAKEFILE_LIST)))deps.mk\n" + recipe(*lines)})
    for _ in range(2):
        assert project.build(home, sandbox="on", use_cache=False) == {"Fn": BUILT}
        assert sorted(project.tree("Fn")) == ["app.py", "x"]


def test_programs_of_the_checkout_are_those_of_path(project: Project, home: Home) -> None:
    project.write({".venv/bin/tool": '#!/bin/sh\ncat "${0%/*}/../lib/data"\n', ".venv/lib/data": "data\n"})
    (project.root / ".venv/bin/tool").chmod(0o755)
    project.write({"src/Makefile": recipe("tool > $(ARTIFACTS_DIR)/out")})
    home["PATH"] = f"{project.root}/.venv/bin:{os.environ['PATH']}"
    assert project.build(home, sandbox="on") == {"Fn": BUILT}
    assert project.tree("Fn") == {"out": b"data\n"}


def test_the_command_line_says_so(project: Project, home: Home) -> None:
    project.write({"src/Makefile": recipe("cat $(HERE)/../secret"), "secret": ""})
    done = subprocess.run(
        [sys.executable, "-m", "engine", "build", "--sandbox=on", "--cache-dir", str(project.store)],
        cwd=project.root, env={**os.environ, **home, "PYTHONPATH": str(Path.cwd())}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "hint: the sandbox hid secret" in done.stderr
