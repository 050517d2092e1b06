from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.audit.project import ABSENT, CLEAN, LISTED, LOOKED_AT, READ, UNDECLARED, Audited
from tests.build.project import BUILT, UP_TO_DATE, function, template


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Me", "-c", "user.email=me@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, stdin=subprocess.DEVNULL)


def test_what_reads_its_own_copy_is_clean(project: Audited) -> None:
    audit = project.audit()
    assert audit.status is CLEAN
    assert audit.declare == ()


def test_a_file_outside_the_code_directory_is_found_and_declared(project: Audited) -> None:
    project.write({"shared/rates.csv": "1\n", "shared/other.csv": "2\n"})
    project.recipe("cp $(HERE)../shared/rates.csv $(ARTIFACTS_DIR)/")
    audit = project.audit()
    assert audit.status is UNDECLARED
    assert [(row.path, row.how, row.by) for row in audit.findings.files] == [
        (str(project.root / "shared/rates.csv"), READ, ("cp",))
    ]
    assert audit.declare == (("Inputs", ("shared/rates.csv",)),)
    project.declare(audit)
    assert project.audit().status is CLEAN
    assert project.build() == {"Fn": UP_TO_DATE}
    project.write({"shared/rates.csv": "3\n"})
    assert project.build() == {"Fn": BUILT}


def test_rows_are_complete_with_what_they_hold(project: Audited) -> None:
    project.write({"shared/a.csv": "1\n", "shared/b.txt": "2\n"})
    project.recipe(
        "cat $(HERE)../shared/* > $(ARTIFACTS_DIR)/all", metadata="BuildProperties: {Inputs: [shared/a.csv]}"
    )
    audit = project.audit()
    assert audit.declare == (("Inputs", ("shared/a.csv", "shared/*.txt")),)
    assert {row.how for row in audit.findings.files} == {READ, LISTED}
    project.declare(audit)
    assert project.files() == {}


def test_a_file_that_is_only_asked_about_is_found(project: Audited) -> None:
    project.write({"flag": ""})
    project.recipe("test -e $(HERE)../flag && touch $(ARTIFACTS_DIR)/yes")
    assert project.files() == {"flag": LOOKED_AT}


def test_a_file_that_would_change_the_build_if_it_came_is_found(project: Audited) -> None:
    project.recipe("if test -e $(HERE)../settings.toml; then echo 1; fi > $(ARTIFACTS_DIR)/x")
    audit = project.audit()
    assert [(os.path.basename(row.path), row.how, row.by) for row in audit.findings.files] == [
        ("settings.toml", ABSENT, ("sh",))
    ]
    project.declare(audit)
    assert project.audit().status is CLEAN


def test_what_does_not_lie_in_the_checkout_may_be_absent(project: Audited, tmp_path: Path) -> None:
    project.recipe(f"test ! -e {tmp_path}/nothing", "test ! -e /nothing/at/all", "cp app.py $(ARTIFACTS_DIR)")
    assert project.audit().status is CLEAN


def test_names_in_a_folder_matter_as_much_as_files(project: Audited) -> None:
    project.write({"shared/a.py": "", "shared/sub/b.py": "", "shared/sub/c.py": ""})
    project.recipe("cp -r $(HERE)../shared $(ARTIFACTS_DIR)/")
    audit = project.audit()
    assert audit.declare == (("Inputs", ("shared/**/*.py",)),)
    project.declare(audit)
    assert project.audit().status is CLEAN
    project.write({"shared/new.py": ""})
    assert project.build() == {"Fn": BUILT}


def test_a_makefile_that_globs_reads_names_and_one_that_does_not_reads_none(project: Audited) -> None:
    project.write({"shared/a.py": "", "shared/b.py": ""})
    project.recipe("cp $(HERE)../shared/a.py $(ARTIFACTS_DIR)/", before="build-Fn: $(HERE)../shared/a.py\n")
    assert project.files() == {"shared/a.py": READ}
    project.recipe("cp $^ $(ARTIFACTS_DIR)/", before="build-Fn: $(wildcard $(HERE)../shared/*.py)\n")
    audit = project.audit()
    assert audit.declare == (("Inputs", ("shared/*.py",)),)


def test_makefiles_that_are_included_are_in_the_key(project: Audited) -> None:
    project.write({"make/common.mk": "COPY = cp\n"})
    project.recipe(
        "$(COPY) app.py $(ARTIFACTS_DIR)/", before="include $(HERE)../make/common.mk\n-include $(HERE)../x.mk\n"
    )
    assert project.audit().status is CLEAN


def test_what_is_ignored_is_not_in_the_key(project: Audited) -> None:
    project.write({"src/.samignore": "*.md\n", "src/NOTES.md": "1\n"})
    project.recipe("cp $(HERE)NOTES.md $(ARTIFACTS_DIR)/")
    assert project.files() == {"src/NOTES.md": READ}


def test_files_of_the_code_directory_may_be_read_in_place(project: Audited) -> None:
    project.recipe("cp $(HERE)app.py $(ARTIFACTS_DIR)/", "test ! -e $(HERE)missing", "ls $(HERE)")
    assert project.audit().status is CLEAN


def test_files_elsewhere_count_and_are_declared_by_their_whole_path(project: Audited, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere" / "config.json"
    outside.parent.mkdir()
    outside.write_text("{}")
    project.recipe(f"cp {outside} $(ARTIFACTS_DIR)/")
    audit = project.audit()
    assert audit.declare == (("Inputs", (str(outside),)),)
    project.declare(audit)
    assert project.audit().status is CLEAN


def test_what_the_run_makes_itself_is_no_input(project: Audited, tmp_path: Path) -> None:
    work = tmp_path / "work"
    project.recipe(
        f"rm -rf {work} && mkdir {work} && cp app.py {work}/one && mv {work}/one {work}/two",
        f"cat {work}/two > $(ARTIFACTS_DIR)/app.py",
        "printf 1 > $(HERE)../generated.txt; cat $(HERE)../generated.txt; rm $(HERE)../generated.txt",
    )
    assert project.audit().status is CLEAN


def test_a_link_out_of_the_checkout_is_declared_where_it_is_used(project: Audited, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.csv").write_text("1\n")
    (project.root / "shared").symlink_to(tmp_path / "data")
    project.recipe("cp $(HERE)../shared/x.csv $(ARTIFACTS_DIR)/")
    audit = project.audit()
    assert audit.declare == (("Inputs", ("shared/x.csv",)),)
    project.declare(audit)
    assert project.audit().status is CLEAN


def test_a_link_that_the_run_makes_leads_to_what_it_reads(project: Audited) -> None:
    project.write({"shared/x.csv": "1\n"})
    project.recipe("ln -s $(HERE)../shared shared", "cp shared/x.csv $(ARTIFACTS_DIR)/")
    assert project.files() == {"shared/x.csv": READ}


def test_a_checkout_behind_a_link(project: Audited, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(project.root)
    behind = Audited(tmp_path / "link", project.store)
    behind.write({"shared/x.csv": "1\n"})
    behind.recipe(
        f"cd $(HERE)../shared && {sys.executable} -I -c 'open(\"x.csv\").read()'", "cp app.py $(ARTIFACTS_DIR)"
    )
    assert dict(behind.audit().declare)["Inputs"] == ("shared/x.csv",)


def test_odd_names(project: Audited) -> None:
    names = ["a b", "line\nbreak", "caf\udce9", "star*[x]?.txt", "trailing ", "back\\slash", "#hash", "!bang", "ü"]
    (project.root / "shared").mkdir()
    for name in names:
        (project.root / "shared" / name).write_text("1\n")
    (project.root / "shared" / "unread").write_text("1\n")
    project.write({"src/read.py": f"for name in {names!a}:\n    open(FOLDER + name).read()\n"})
    script = 'import sys; FOLDER = sys.argv[1] + "/"; exec(open("read.py").read())'
    project.recipe(f"{sys.executable} -I -c '{script}' $(HERE)../shared", "cp app.py $(ARTIFACTS_DIR)/")
    assert project.files() == {f"shared/{name}": READ for name in names}
    audit = project.audit()
    project.declare(audit)
    assert project.audit().status is CLEAN
    (project.root / "shared" / "caf\udce9").write_text("2\n")
    assert project.build() == {"Fn": BUILT}
    (project.root / "shared" / "unread").write_text("2\n")
    assert project.build() == {"Fn": UP_TO_DATE}


def test_odd_folders(project: Audited) -> None:
    for name in ("a [1]", "caf\udce9", "new\nline"):
        (project.root / name).mkdir()
        (project.root / name / "in*.txt").write_text("1\n")
    project.recipe("find $(HERE).. -name 'in*' -exec cat {} + > $(ARTIFACTS_DIR)/x")
    project.declare(project.audit())
    assert project.files() == {}


def test_artifacts_of_others_are_read_by_those_that_depend_on_them(project: Audited) -> None:
    makefile = (
        "build-Shared:\n\techo 1 > $(ARTIFACTS_DIR)/x\nbuild-Fn:\n\tcp $(ARTIFACTS_DIR)/../Shared/x $(ARTIFACTS_DIR)/\n"
    )
    layer = "Type: AWS::Serverless::LayerVersion\nMetadata: {BuildMethod: makefile}\nProperties: {ContentUri: src}"
    layers = "Layers: [!Ref Shared]"
    project.write({"src/Makefile": makefile, "template.yaml": template(Shared=layer, Fn=function(properties=layers))})
    audit = project.audit()
    assert (audit.status, audit.findings.files) == (UNDECLARED, ())
    assert audit.findings.artifacts == ("Shared",)
    assert audit.declare == (("DependsOn", ("Shared",)),)
    declared = function(metadata="BuildProperties: {DependsOn: [Shared]}", properties=layers)
    project.write({"template.yaml": template(Shared=layer, Fn=declared)})
    assert [row.status for row in project.outcome_of_audit().targets] == [CLEAN, CLEAN]


def test_a_repository_is_declared_by_what_git_says_of_it(project: Audited) -> None:
    (project.root / ".git").rmdir()
    git(project.root, "init", "-q")
    git(project.root, "commit", "-q", "--allow-empty", "-m", "one")
    project.recipe("git -C $(HERE) log -1 --format=%s > $(ARTIFACTS_DIR)/commit")
    audit = project.audit()
    assert audit.findings.files == ()
    assert audit.declare == (("Tools", ("git -C src log -1 --format=%s",)),)
    project.declare(audit)
    assert project.audit().status is CLEAN
    git(project.root, "commit", "-q", "--allow-empty", "-m", "two")
    assert project.build() == {"Fn": BUILT}


def test_how_git_is_configured_is_no_input(project: Audited, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text("[user]\n\tname = me\n")
    project.recipe("git config --global user.name > $(ARTIFACTS_DIR)/x")
    assert project.audit({"HOME": str(tmp_path / "home")}).status is CLEAN


def test_working_directory_and_makefile_elsewhere(project: Audited) -> None:
    project.write({"work/data": "1\n", "build/Makefile": "build-Fn:\n\tcp data $(ARTIFACTS_DIR)/\n"})
    metadata = "WorkingDirectory: work\nContextPath: build"
    project.write({"template.yaml": template(Fn=function(metadata=metadata))})
    assert project.audit().status is CLEAN


@pytest.mark.parametrize("names", [["in"], ["in", "out"]])
def test_in_source(project: Audited, names: list[str]) -> None:
    project.write({f"shared/{name}": "1\n" for name in names})
    project.recipe("mkdir -p made && cp app.py made && cp made/app.py $(HERE)../shared/in $(ARTIFACTS_DIR)/")
    audit = project.audit(build_in_source=True)
    assert [os.path.relpath(row.path, project.root) for row in audit.findings.files] == ["shared/in"]
