"""Builds in the sources: what make itself writes there is told from what users edit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.build.meeting import meeting
from tests.build.project import BUILT, FAILED, RESTORED, UP_TO_DATE, Project, function, template

COMPILE = "build-%:\n\techo compiled $$(cat app.py) > app.o; mkdir -p obj; echo x > obj/x; cp app.o $(ARTIFACTS_DIR)\n"


@pytest.fixture
def compiled(project: Project) -> Project:
    """A function whose target leaves an object file beside its source; built once."""
    project.write({"src/Makefile": COMPILE, "src/app.py": "one\n"})
    assert build(project) == BUILT
    return project


def build(project: Project, environ: dict[str, str] | None = None) -> str:
    """The state of the target after a build in the sources."""
    return project.build(environ, build_in_source=True)["Fn"]


def why(project: Project) -> tuple[str, ...]:
    return project.because("Fn", build_in_source=True)


def test_what_make_adds_is_no_edit(compiled: Project) -> None:
    assert (compiled.root / "src/obj/x").exists()
    assert build(compiled) == UP_TO_DATE
    assert compiled.warnings == []


def test_what_make_wrote_before_it_may_write_again(compiled: Project) -> None:
    compiled.write({"src/app.py": "two\n"})
    assert why(compiled) == ("app.py changed",)
    assert compiled.warnings == []
    assert compiled.tree("Fn") == {"app.o": b"compiled two\n"}
    assert build(compiled) == UP_TO_DATE


def test_a_result_comes_back_where_the_sources_are_as_make_left_them(compiled: Project) -> None:
    compiled.write({"src/app.py": "two\n"})
    build(compiled)
    shutil.rmtree(compiled.build_dir)
    assert build(compiled) == RESTORED
    assert compiled.tree("Fn") == {"app.o": b"compiled two\n"}


def test_an_edited_output_is_made_anew(compiled: Project) -> None:
    compiled.write({"src/app.o": "edited\n"})
    assert why(compiled) == ("app.o changed",)
    assert (compiled.root / "src/app.o").read_text() == "compiled one\n"
    assert build(compiled) == UP_TO_DATE


def test_a_removed_output_is_made_anew(compiled: Project) -> None:
    (compiled.root / "src/app.o").unlink()
    assert why(compiled) == ("app.o removed",)
    assert (compiled.root / "src/app.o").exists()
    assert build(compiled) == UP_TO_DATE


def test_an_output_that_a_user_took_over_is_an_input(project: Project) -> None:
    project.write({"src/Makefile": "build-%:\n\ttest -e conf || echo made > conf; cp conf $(ARTIFACTS_DIR)\n"})
    assert build(project) == BUILT
    project.write({"src/conf": "mine\n"})
    assert build(project) == BUILT
    assert project.tree("Fn") == {"conf": b"mine\n"}
    assert build(project) == UP_TO_DATE
    project.write({"src/Makefile": "build-%:\n\tcp conf $(ARTIFACTS_DIR); echo changed > conf\n"})
    assert build(project) == BUILT
    assert project.warnings[0].startswith("its inputs changed (conf) while it was built")


def test_an_input_that_make_changes_is_named(project: Project) -> None:
    project.write({"src/Makefile": "build-%:\n\techo locked > lock; cp lock $(ARTIFACTS_DIR)\n", "src/lock": "free\n"})
    assert build(project) == BUILT
    assert project.warnings == [
        "its inputs changed (lock) while it was built: the result is used, but not recorded",
        "if make itself changes such files, name them in BuildProperties.Ignore",
    ]
    assert why(project) == ("lock changed",)
    assert project.warnings == []
    assert build(project) == UP_TO_DATE


def test_what_is_ignored_make_may_change(project: Project) -> None:
    ignoring = function(metadata="BuildProperties: {Ignore: [lock]}")
    project.write({"template.yaml": template(Fn=ignoring), "src/lock": "free\n"})
    project.write({"src/Makefile": "build-%:\n\techo $$(cat app.py) >> lock; cp app.py $(ARTIFACTS_DIR)\n"})
    assert build(project) == BUILT
    assert project.warnings == []
    assert build(project) == UP_TO_DATE


def test_what_a_failed_run_wrote_is_no_edit(project: Project, tmp_path: Path) -> None:
    works = tmp_path / "works"
    recipe = f"build-%:\n\techo $$(cat app.py) $$(date +%N) > app.o; test -e {works} && cp app.py $(ARTIFACTS_DIR)\n"
    project.write({"src/Makefile": recipe})
    assert build(project) == FAILED
    works.touch()
    assert build(project) == BUILT
    assert project.warnings == []
    assert build(project) == UP_TO_DATE


def test_an_included_makefile_that_make_generates(project: Project) -> None:
    makefile = "HERE := $(dir $(lastword $(MAKEFILE_LIST)))\n-include $(HERE)app.d extra.d\n"
    makefile += "build-%:\n\techo 'D := $$(STAGE)' | tee app.d > extra.d; cp app.py $(ARTIFACTS_DIR)\n"
    project.write({"src/Makefile": makefile})
    assert build(project, {"STAGE": "dev"}) == BUILT
    assert project.warnings == []
    assert build(project, {"STAGE": "dev"}) == UP_TO_DATE


def test_make_runs_in_a_working_directory_inside(project: Project) -> None:
    inside = function(metadata="WorkingDirectory: src/sub")
    project.write({"template.yaml": template(Fn=inside), "src/sub/here": "here\n"})
    project.write({"src/Makefile": "build-%:\n\tcp here there; cp there $(ARTIFACTS_DIR)\n"})
    assert build(project) == BUILT
    assert (project.root / "src/sub/there").exists()
    assert build(project) == UP_TO_DATE
    project.write({"src/sub/here": "there\n"})
    assert why(project) == ("sub/here changed",)
    assert build(project) == UP_TO_DATE
    assert project.tree("Fn") == {"there": b"there\n"}


@pytest.mark.parametrize("in_source", [False, True])
def test_make_writes_into_a_working_directory_elsewhere(project: Project, in_source: bool) -> None:
    elsewhere = function(metadata="WorkingDirectory: work")
    project.write({"template.yaml": template(Fn=elsewhere), "work/here": "1\n"})
    project.write({"src/Makefile": "build-%:\n\tcp here there; cp there $(ARTIFACTS_DIR)\n"})
    for content in ("1\n", "2\n"):
        project.write({"work/here": content})
        assert project.build(build_in_source=in_source) == {"Fn": BUILT}
        assert project.warnings == []
        assert project.build(build_in_source=in_source) == {"Fn": UP_TO_DATE}
    assert project.tree("Fn") == {"there": b"2\n"}


def test_targets_of_one_directory_take_turns(project: Project) -> None:
    with meeting(slots=1, visitors=4) as place:
        project.write(
            {
                "template.yaml": template(**{name: function() for name in "ABC"}, D=function("src/sub")),
                "src/Makefile": f"build-%:\n\t{place.command}; touch $(ARTIFACTS_DIR)/x\n",
                "src/sub/Makefile": f"build-%:\n\t{place.command}; touch $(ARTIFACTS_DIR)/x\n",
            }
        )
        assert set(project.build(build_in_source=True, jobs=4).values()) == {BUILT}
    assert place.left == 4
    assert place.most == 1


def test_targets_of_one_directory_see_what_the_others_left(project: Project) -> None:
    """What another target wrote counts, since make may read it: it is built again until nothing new comes."""
    makefile = "build-%:\n\techo $* > $*.o; cp app.py $(ARTIFACTS_DIR); ls *.o > $(ARTIFACTS_DIR)/seen\n"
    project.write({"template.yaml": template(A=function(), B=function()), "src/Makefile": makefile})
    first = project.build(build_in_source=True)
    second = project.build(build_in_source=True)
    third = project.build(build_in_source=True)
    assert (set(first.values()), sorted(second.values())) == ({BUILT}, sorted([BUILT, UP_TO_DATE]))
    assert set(third.values()) == {UP_TO_DATE}
    assert project.tree("A")["seen"] == project.tree("B")["seen"] == b"A.o\nB.o\n"


def test_a_dependency_that_writes_into_the_same_sources(project: Project) -> None:
    dependent = function(metadata="BuildProperties: {DependsOn: [A]}")
    project.write({"template.yaml": template(A=function(), B=dependent)})
    project.write({"src/Makefile": "build-A:\n\tcp app.py gen; touch $(ARTIFACTS_DIR)/a\n"})
    with open(project.root / "src/Makefile", "a", encoding="utf-8") as file:
        file.write("build-B:\n\tcp gen $(ARTIFACTS_DIR)\n")
    for content in ("1\n", "2\n"):
        project.write({"src/app.py": content})
        assert project.build(build_in_source=True) == {"A": BUILT, "B": BUILT}
        assert project.tree("B") == {"gen": content.encode()}
        assert project.build(build_in_source=True) == {"A": UP_TO_DATE, "B": UP_TO_DATE}
