from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from engine.make import includes
from engine.make.flags import heeded_environment
from engine.make.includes import makefiles_read
from engine.run.process import Processes
from tests.run.processes import Witness


class Project:
    """A source folder with a Makefile, and the private copy in which make is asked."""

    def __init__(self, root: Path) -> None:
        self.source = root / "source"
        self.private = root / "private"
        for folder in (self.source, self.private):
            folder.mkdir()
        self.environ = dict(os.environ)

    def makefile(self, text: str) -> None:
        for folder in (self.source, self.private):
            (folder / "Makefile").write_text(text)

    def read(self, goal: str = "build-Fn", cwd: Path | None = None) -> tuple[str, ...]:
        return makefiles_read(
            str(self.source / "Makefile"),
            goal,
            cwd=str(cwd or self.private),
            private=str(self.private),
            environ=heeded_environment(self.environ),
            run=Processes().run,
        )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_inside_is_relative_and_outside_is_absolute(project: Project, tmp_path: Path) -> None:
    (project.private / "sub").mkdir()
    (project.private / "sub" / "a.mk").touch()
    (tmp_path / "b.mk").write_text("include $(dir $(lastword $(MAKEFILE_LIST)))c.mk\n")
    (tmp_path / "c.mk").touch()
    project.makefile(f"include sub/*.mk {tmp_path}/b.mk\n-include {tmp_path}/none.mk\n")
    assert project.read() == (f"{tmp_path}/b.mk", f"{tmp_path}/c.mk", f"{tmp_path}/none.mk", "sub/a.mk")


def test_what_is_relative_counts_from_the_working_directory(project: Project, tmp_path: Path) -> None:
    (project.private / "sub").mkdir()
    (project.private / "x.mk").touch()
    (tmp_path / "y.mk").touch()
    project.makefile("include ../x.mk ../../y.mk\n")
    assert project.read(cwd=project.private / "sub") == (f"{tmp_path}/y.mk", "x.mk")


def test_a_copy_behind_a_link_is_still_the_copy(project: Project, tmp_path: Path) -> None:
    (project.private / "a.mk").touch()
    project.makefile("include $(CURDIR)/a.mk\n")
    (tmp_path / "link").symlink_to(project.private)
    read = makefiles_read(
        str(project.source / "Makefile"),
        "build-Fn",
        cwd=str(tmp_path / "link"),
        private=str(tmp_path / "link"),
        environ=project.environ,
        run=Processes().run,
    )
    assert read == ("a.mk",)


def test_the_goal_is_what_the_build_gives(project: Project) -> None:
    project.makefile("-include $(MAKECMDGOALS:build-%=/nowhere/%.mk)\n")
    assert project.read("build-Other") == ("/nowhere/Other.mk",)


def test_default_variables_decide_as_in_a_build(project: Project) -> None:
    project.makefile("-include /nowhere/$(CC).mk\n")
    assert project.read() == ("/nowhere/cc.mk",)


def test_no_recipe_runs(project: Project, tmp_path: Path) -> None:
    touch = f"touch {tmp_path}/ran"
    project.makefile(
        f"build-Fn:\n\t+{touch}\n\t$(MAKE) other; {touch}\n%:\n\t{touch}\nall: build-Fn\n.DEFAULT:\n\t{touch}\n"
    )
    project.read()
    assert not (tmp_path / "ran").exists()


def test_a_recipe_for_anything_does_not_run(project: Project, tmp_path: Path) -> None:
    project.makefile(f"-include /nowhere/a.mk\n%:\n\t+touch {tmp_path}/ran-$(@F)\n")
    assert project.read() == ("/nowhere/a.mk",)
    assert [path.name for path in tmp_path.glob("ran-*")] == ["ran-a.mk"]  # as in a build: a.mk might be made so


def test_a_make_without_eval_is_asked_all_the_same(project: Project, tmp_path: Path) -> None:
    old = tmp_path / "bin" / "make"
    old.parent.mkdir()
    real = shutil.which("make")
    old.write_text(f'#!/bin/sh\ncase "$*" in *--eval*) exit 2;; esac\nexec {real} "$@"\n')
    old.chmod(0o755)
    project.environ["PATH"] = f"{old.parent}:{project.environ['PATH']}"
    project.makefile("-include /nowhere/a.mk\nbuild-Fn:\n\t+touch ran\n")
    assert project.read() == ("/nowhere/a.mk",)
    assert not (project.private / "ran").exists()


def test_a_makefile_found_by_search_counts_where_it_lies(project: Project, tmp_path: Path) -> None:
    (tmp_path / "inc").mkdir()
    (tmp_path / "inc" / "c.mk").touch()
    project.environ["MAKEFLAGS"] = f"kI{tmp_path}/inc"
    project.makefile("include c.mk\n")
    assert f"{tmp_path}/inc/c.mk" in project.read()


def test_definitions_of_an_outer_make_decide(project: Project) -> None:
    project.environ["MAKEFLAGS"] = "k -- STAGE=prod"
    project.makefile("STAGE = dev\n-include /nowhere/$(STAGE).mk\n")
    assert project.read() == ("/nowhere/prod.mk",)


def test_what_makefiles_say_does_not_hide_what_is_read(project: Project) -> None:
    says = "X := $(shell echo half a line >&2; printf x)$(warning said)$(info Reading makefile)"
    project.makefile(f"{says}\n-include /nowhere/a.mk\n{says}\n-include /nowhere/b.mk\n")
    assert project.read() == ("/nowhere/a.mk", "/nowhere/b.mk")


def test_included_makefiles_are_made_in_the_copy(project: Project) -> None:
    project.makefile("include made.mk\nmade.mk:\n\techo '-include /nowhere/later.mk' > $@\n")
    assert project.read() == ("/nowhere/later.mk", "made.mk")
    assert not (project.source / "made.mk").exists()


@pytest.mark.parametrize("flags", ["-s", "-i --debug=n", "-j4 --jobserver-auth=98,99", "-k", "-C /nowhere", "w -- X=1"])
def test_flags_of_an_outer_make_do_not_matter(project: Project, flags: str) -> None:
    project.environ |= {"MAKEFLAGS": flags, "GNUMAKEFLAGS": flags, "MFLAGS": flags, "MAKELEVEL": "2"}
    project.makefile("-include /nowhere/a.mk\n")
    assert project.read() == ("/nowhere/a.mk",)


def test_the_language_of_the_user_does_not_matter(project: Project) -> None:
    project.environ |= {"LANG": "de_DE.UTF-8", "LANGUAGE": "de", "LC_ALL": "de_DE.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}
    project.makefile("-include /nowhere/a.mk\n")
    assert project.read() == ("/nowhere/a.mk",)


def test_makefiles_of_the_environment_count(project: Project, tmp_path: Path) -> None:
    project.environ["MAKEFILES"] = f"{tmp_path}/env.mk /nowhere/other.mk"
    (tmp_path / "env.mk").touch()
    project.makefile("")
    assert project.read() == ("/nowhere/other.mk", f"{tmp_path}/env.mk")


@pytest.mark.parametrize("end", ["$(error stop)", "include /nowhere/b.mk", "!!!", "\tx"])
def test_where_make_fails_what_it_read_counts(project: Project, end: str) -> None:
    project.makefile(f"-include /nowhere/a.mk\n{end}\n")
    assert project.read()[0] == "/nowhere/a.mk"


def test_a_makefile_that_never_ends_is_stopped_with_its_children(
    project: Project, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(includes, "_TIME_LIMIT_S", 1.5)
    project.makefile(f"-include /nowhere/a.mk\nx := $(shell {witness.hold}; sleep 600 & sleep 600)\n")
    assert project.read() == ("/nowhere/a.mk",)
    assert witness.all_ended()


def test_input_is_empty(project: Project) -> None:
    project.makefile("x := $(shell cat)\n-include /nowhere/a$(x).mk\n")
    assert project.read() == ("/nowhere/a.mk",)
