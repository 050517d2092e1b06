"""Verification of whole projects by a real make: what it finds, and that it leaves everything as it was."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from engine.run.scratch import Scratch
from engine.verify import run_verify
from engine.verify.outcome import Event, State, Verdict, Verified, VerifyStarted
from tests.build.project import BUILT, MAKEFILE, UP_TO_DATE, Project, function, template
from tests.verify.verified import age, only, outcome_of, told, verdict_of

ONCE = '[ "$$(umask)" = 0022 ]'
"""True in the engine's own builds, false in the second one of a verification."""

RECIPES = {
    "Same": "cp -r app.py lib.py $(ARTIFACTS_DIR); cd $(ARTIFACTS_DIR); mkdir d; ln -s d l; chmod 400 lib.py",
    "Umask": "echo made > $(ARTIFACTS_DIR)/made; tar -cf $(ARTIFACTS_DIR)/a.tar --mtime=@0 -C $(ARTIFACTS_DIR) made",
    "Zip": "python3 -m zipfile -c $(ARTIFACTS_DIR)/fn.zip app.py lib.py",
    "Pyc": "python3 -c \"import py_compile as p; p.compile('app.py', '$(ARTIFACTS_DIR)/app.pyc')\"",
    "Gzip": "gzip -c app.py > $(ARTIFACTS_DIR)/app.gz",
    "Tar": "tar -czf $(ARTIFACTS_DIR)/app.tgz app.py",
    "Ar": "ar rcU $(ARTIFACTS_DIR)/lib.a app.py lib.py",
    "Pwd": "pwd > $(ARTIFACTS_DIR)/where",
    "Debug": "echo 'int main(void){return 0;}' > m.c; gcc -g -Wl,--build-id=sha1 -o $(ARTIFACTS_DIR)/bootstrap m.c",
    "Lines": "python3 -c \"import random; print(*random.sample(range(999), 999), sep='\\n')\" > $(ARTIFACTS_DIR)/names",
    "Words": 'python3 -c "import random; print(random.sample(range(999), 999))" > $(ARTIFACTS_DIR)/names.json',
    "Clock": "date +%s.%N > $(ARTIFACTS_DIR)/built",
    "Mode": f"cp app.py $(ARTIFACTS_DIR); {ONCE} && chmod 755 $(ARTIFACTS_DIR)/app.py || true",
    "Names": "touch $(ARTIFACTS_DIR)/app.py $(ARTIFACTS_DIR)/by-$$(umask)",
    "Type": f"{ONCE} && touch $(ARTIFACTS_DIR)/x || mkdir $(ARTIFACTS_DIR)/x",
    "Link": "ln -s by-$$(umask) $(ARTIFACTS_DIR)/link",
    "Outward": "ln -s $(CURDIR)/app.py $(ARTIFACTS_DIR)/link",
    "Content": "echo by $$(umask) > $(ARTIFACTS_DIR)/text",
    "Huge": "truncate -s 64M $(ARTIFACTS_DIR)/huge; echo $$(umask) >> $(ARTIFACTS_DIR)/huge",
    "Several": "pwd > $(ARTIFACTS_DIR)/text; date +%s.%N >> $(ARTIFACTS_DIR)/text; umask >> $(ARTIFACTS_DIR)/text",
}
EXPECTED = {
    "Same": {},
    "Umask": {},
    "Zip": {"fn.zip": {"time"}},
    "Pyc": {"app.pyc": {"time"}},
    "Gzip": {"app.gz": {"time"}},
    "Tar": {"app.tgz": {"time"}},
    "Ar": {"lib.a": {"time"}},
    "Pwd": {"where": {"path"}},
    "Debug": {"bootstrap": {"path"}},
    "Lines": {"names": {"order"}},
    "Words": {"names.json": {"order"}},
    "Clock": {"built": {"time"}},
    "Mode": {"app.py": {"mode"}},
    "Names": {"by-0022": {"removed"}, "by-0077": {"added"}},
    "Type": {"x": {"type"}},
    "Link": {"link": {"content"}},
    "Outward": {"link": {"path"}},
    "Content": {"text": {"content"}},
    "Huge": {"huge": {"content"}},
    "Several": {"text": {"path", "time", "content"}},
}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    """The verdicts on a target for each recipe."""
    project = Project(tmp_path_factory.mktemp("many") / "project")
    rules = "".join(f"build-{name}:\n\t{recipe}\n" for name, recipe in RECIPES.items())
    project.write(
        {
            "template.yaml": template(**{name: function() for name in RECIPES}),
            "src/Makefile": rules,
            "src/app.py": "print('one')\n",
            "src/lib.py": "x = 1\n",
        }
    )
    before = project.build()
    assert set(before.values()) == {BUILT}
    files = stored(project)
    outcome = outcome_of(project)
    assert stored(project) == files
    assert project.build() == dict.fromkeys(RECIPES, UP_TO_DATE)
    return {row.target: row for row in outcome.verdicts}


def ignored(event: Event) -> None:
    """Where the results say it all."""


def stored(project: Project) -> set[str]:
    """Names of all that the store holds."""
    return {str(path) for kind in ("ac", "cas") for path in (project.store / kind).rglob("*")}


@pytest.mark.parametrize("name", RECIPES)
def test_what_differs_is_named_with_its_kind(many: dict[str, Verdict], name: str) -> None:
    assert told(many[name]) == EXPECTED[name]
    assert many[name].state is (State.DIFFERS if EXPECTED[name] else State.SAME)


def test_modes_that_follow_the_umask_are_told_and_do_not_count(many: dict[str, Verdict]) -> None:
    rows = [(row.path, row.member, row.detail) for row in many["Umask"].differences if row.follows_umask]
    change = "0644, then 0600"
    assert rows == [("a.tar", None, change), ("a.tar", "made", change), ("made", None, change)]


def test_where_they_begin_to_differ(many: dict[str, Verdict]) -> None:
    offsets = {name: only(many[name]).offset for name in ("Content", "Huge", "Gzip")}
    assert offsets == {"Content": 5, "Huge": (64 << 20) + 2, "Gzip": 4}


def test_members_are_counted(many: dict[str, Verdict]) -> None:
    assert [(only(many[name]).member, only(many[name]).members) for name in ("Zip", "Ar", "Tar")] == [
        ("app.py", 2),
        ("app.py", 2),
        ("app.py", 1),
    ]


def test_nothing_is_left_but_what_was_there(project: Project) -> None:
    project.write({"src/Makefile": "build-Fn:\n\tumask > $(ARTIFACTS_DIR)/text; echo make said $$(umask)\n"})
    assert only(verdict_of(project)).path == "text"
    assert project.tree("Fn") == {"text": b"0022\n"}
    assert sorted(os.listdir(project.build_dir)) == ["Fn", "template.yaml"]
    assert not os.listdir(project.state_dir / "aside")
    assert not os.listdir(project.state_dir / "trash")
    assert "make said 0022" in (project.state_dir / "logs/Fn.log").read_text()
    assert "make said 0077" in (project.state_dir / "verify/Fn.log").read_text()
    scratch = Scratch(str(project.state_dir))
    assert os.listdir(scratch.root) == []
    scratch.remove_all()


def test_make_sees_its_usual_artifact_directory_empty(project: Project) -> None:
    recipe = "ls -A $(ARTIFACTS_DIR) > seen; echo $(ARTIFACTS_DIR) >> seen; cp seen $(ARTIFACTS_DIR)"
    project.write({"src/Makefile": f"build-Fn:\n\t{recipe}\n"})
    assert verdict_of(project).state is State.SAME
    assert project.tree("Fn") == {"seen": f"{project.artifact('Fn')}\n".encode()}


def test_what_is_not_there_is_built_twice(project: Project) -> None:
    heard: list[Event] = []
    outcome = run_verify(project.options(), project.events.append, heard.append, os.environ)
    assert outcome.agrees
    assert [str(row.state) for row in outcome.build.results] == [BUILT]
    assert isinstance(heard[0], VerifyStarted)
    assert isinstance(heard[1], Verified)
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}


def test_a_result_of_another_checkout_is_compared_with(project: Project) -> None:
    project.write({"src/Makefile": "build-Fn:\n\techo $(CURDIR) $(ARTIFACTS_DIR) > $(ARTIFACTS_DIR)/where\n"})
    project.build()
    there = Project(project.root.parent / "a-longer-name", project.store)
    shutil.copytree(project.root, there.root, ignore=shutil.ignore_patterns(".aws-sam"), dirs_exist_ok=True)
    assert told(verdict_of(there)) == {"where": {"path"}}


def test_without_the_cache_both_builds_are_new(project: Project) -> None:
    project.build()
    (project.artifact("Fn") / "app.py").write_text("damaged\n")
    outcome = run_verify(project.options(use_cache=False), project.events.append, ignored, os.environ)
    assert [str(row.state) for row in outcome.build.results] == [BUILT]
    assert outcome.agrees
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}


def test_damaged_artifacts_are_put_right_first(project: Project) -> None:
    project.build()
    (project.artifact("Fn") / "app.py").write_text("damaged\n")
    assert verdict_of(project).state is State.SAME
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}


def dependent(project: Project) -> None:
    """`Fn` copies what `Base` made, which says its umask."""
    project.write(
        {
            "template.yaml": template(
                Fn=function(metadata="BuildProperties:\n  DependsOn: [Base]\n"), Base=function("base")
            ),
            "base/Makefile": "build-Base:\n\tumask > $(ARTIFACTS_DIR)/text\n",
            "src/Makefile": "build-Fn:\n\tcp $(ARTIFACTS_DIR)/../Base/text $(ARTIFACTS_DIR)\n",
        }
    )


@pytest.mark.parametrize("jobs", [1, 4])
def test_a_dependent_reads_the_artifact_that_is_recorded(project: Project, jobs: int) -> None:
    dependent(project)
    outcome = outcome_of(project, jobs=jobs)
    assert {row.target: row.state for row in outcome.verdicts} == {"Fn": State.SAME, "Base": State.DIFFERS}


def test_only_what_is_named_is_verified(project: Project) -> None:
    dependent(project)
    outcome = outcome_of(project, resources=("F*",))
    assert {row.target: row.state for row in outcome.verdicts} == {"Fn": State.SAME}
    assert {row.target for row in outcome.build.results} == {"Fn", "Base"}


@pytest.mark.parametrize("link_mode", ["symlink", "hardlink"])
def test_artifacts_that_are_linked_to_the_store(project: Project, link_mode: str) -> None:
    dependent(project)
    project.build(link_mode=link_mode)
    for name in ("Fn", "Base"):
        shutil.rmtree(project.artifact(name))
    outcome = outcome_of(project, link_mode=link_mode)
    assert {row.target: row.state for row in outcome.verdicts} == {"Fn": State.SAME, "Base": State.DIFFERS}
    assert project.tree("Fn") == {"text": b"0022\n"}
    assert set(project.build(link_mode=link_mode).values()) == {UP_TO_DATE}


def test_a_target_that_fails_the_second_time(project: Project) -> None:
    project.write({"src/Makefile": f"build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\n\t{ONCE} || {{ echo alas; exit 3; }}\n"})
    verdict = verdict_of(project)
    assert verdict.state is State.FAILED
    assert verdict.failure is not None
    assert verdict.failure.exit_code == 2
    assert verdict.log is not None
    assert "alas" in Path(verdict.log).read_text()
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}
    assert project.build() == {"Fn": UP_TO_DATE}


def test_a_target_that_removes_its_artifact_directory_the_second_time(project: Project) -> None:
    project.write({"src/Makefile": f"build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\n\t{ONCE} || rm -rf $(ARTIFACTS_DIR)\n"})
    verdict = verdict_of(project)
    assert verdict.failure is not None
    assert verdict.failure.message == "make removed or replaced its ARTIFACTS_DIR"
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}


def test_what_leaves_no_comparable_artifact_the_second_time(project: Project) -> None:
    project.write(
        {"src/Makefile": f"build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\n\t{ONCE} || mkfifo $(ARTIFACTS_DIR)/fifo\n"}
    )
    verdict = verdict_of(project)
    assert verdict.failure is not None
    assert verdict.failure.message.startswith("it cannot be compared: ")
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}


def test_what_could_not_be_recorded_cannot_be_compared(project: Project) -> None:
    project.write({"src/Makefile": "build-Fn:\n\tmkfifo $(ARTIFACTS_DIR)/fifo\n"})
    project.build()
    outcome = run_verify(project.options(), project.events.append, ignored, os.environ)
    (verdict,) = outcome.verdicts
    assert verdict.failure is not None
    assert verdict.failure.message == "its artifact is not recorded, so there is nothing to compare with"


def test_sources_that_are_edited_meanwhile(project: Project) -> None:
    source = project.root / "src" / "app.py"
    project.write({"src/Makefile": f"build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\n\t{ONCE} || echo two > {source}\n"})
    verdict = verdict_of(project)
    assert verdict.failure is not None
    assert verdict.failure.message == "its inputs changed while it was built again"
    assert project.build() == {"Fn": BUILT}
    assert project.tree("Fn") == {"app.py": b"two\n"}


def failing_twice(project: Project) -> None:
    project.write(
        {
            "template.yaml": template(Fn=function(), Bad=function()),
            "src/Makefile": "build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\nbuild-Bad:\n\tfalse\n",
        }
    )


def test_where_the_build_fails_nothing_is_verified(project: Project) -> None:
    failing_twice(project)
    outcome = outcome_of(project)
    assert {row.target: row.state for row in outcome.verdicts} == {"Fn": State.SKIPPED, "Bad": State.FAILED}
    assert not outcome.agrees


def test_with_keep_going_the_others_are(project: Project) -> None:
    failing_twice(project)
    outcome = outcome_of(project, keep_going=True)
    assert {row.target: row.state for row in outcome.verdicts} == {"Fn": State.SAME, "Bad": State.FAILED}


def test_a_second_build_that_takes_too_long(project: Project) -> None:
    project.write({"src/Makefile": f"build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\n\t{ONCE} || sleep 1000\n"})
    verdict = verdict_of(project, timeout_s=0.5)
    assert verdict.state is State.FAILED
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}


def test_in_the_source_folder_the_umask_and_the_time_are_all_that_is_other(project: Project) -> None:
    project.write({"src/Makefile": "build-Fn:\n\tpwd > $(ARTIFACTS_DIR)/where; date +%s.%N > $(ARTIFACTS_DIR)/built\n"})
    assert told(verdict_of(project, build_in_source=True)) == {"built": {"time"}}


def test_in_the_source_folder_make_may_leave_files_of_its_own(project: Project) -> None:
    project.write({"src/Makefile": "build-%:\n\tcp app.py app.o; umask > mask; cp app.o $(ARTIFACTS_DIR)\n"})
    assert verdict_of(project, build_in_source=True).state is State.SAME
    assert (project.root / "src" / "mask").read_text() == "0077\n"


def test_nested_stacks_and_functions_that_share_a_definition(project: Project) -> None:
    stack = "Type: AWS::Serverless::Application\nProperties:\n  Location: child/template.yaml\n"
    project.write(
        {
            "template.yaml": template(Stack=stack, A=function(), B=function()),
            "child/template.yaml": template(Fn=function("../src")),
            "src/Makefile": dedent(MAKEFILE),
        }
    )
    outcome = outcome_of(project)
    assert {row.target: row.state for row in outcome.verdicts} == dict.fromkeys(("Stack/Fn", "A", "B"), State.SAME)


def marks(project: Project) -> dict[str, str | None]:
    """What a build says of targets that are known not to be reproducible."""
    return {row.target: row.differs for row in project.outcome().results}


def test_builds_know_which_actions_differ(project: Project) -> None:
    project.write({"src/Makefile": "build-Fn:\n\tumask > $(ARTIFACTS_DIR)/text\n"})
    project.build()
    assert marks(project) == {"Fn": None}
    verdict_of(project)
    assert marks(project) == {"Fn": "text (content)"}
    shutil.rmtree(project.artifact("Fn"))
    assert marks(project) == {"Fn": "text (content)"}, "restored"
    project.write({"src/app.py": "print('two')\n"})
    assert marks(project) == {"Fn": None}, "another action"
    project.write({"src/app.py": "print('one')\n"})
    assert marks(project) == {"Fn": "text (content)"}, "the former one again"


def test_a_mark_goes_when_two_builds_agree(project: Project, tmp_path: Path) -> None:
    switch = tmp_path / "switch"
    switch.write_text("umask")
    project.write({"src/Makefile": f"build-Fn:\n\tsh {switch} > $(ARTIFACTS_DIR)/text\n"})
    verdict_of(project)
    assert marks(project) == {"Fn": "text (content)"}
    switch.write_text("echo 0022")
    age(project.build_dir)
    assert verdict_of(project).state is State.SAME
    assert marks(project) == {"Fn": None}
