"""The output templates follow the template, however and whenever it is edited."""

from __future__ import annotations

import os
import shutil

import yaml

from tests.build.project import BUILT, MAKEFILE, RESTORED, UP_TO_DATE, Project, function, template


def output(project: Project) -> dict[str, dict[str, dict[str, str]]]:
    resources: dict[str, dict[str, dict[str, str]]]
    resources = yaml.safe_load((project.build_dir / "template.yaml").read_text())["Resources"]
    return resources


def test_an_edit_that_no_build_needs_reaches_the_output(project: Project) -> None:
    project.build()
    text = (project.root / "template.yaml").read_text()
    project.write({"template.yaml": text.replace("app.handler", "app.other")})
    assert project.build() == {"Fn": UP_TO_DATE}
    assert output(project)["Fn"]["Properties"]["Handler"] == "app.other"


def test_a_damaged_output_template_comes_back(project: Project) -> None:
    project.build()
    before = (project.build_dir / "template.yaml").read_bytes()
    (project.build_dir / "template.yaml").write_text("broken")
    assert project.build() == {"Fn": UP_TO_DATE}
    assert (project.build_dir / "template.yaml").read_bytes() == before


def test_a_template_edited_during_the_build_is_read_again_by_the_next(project: Project) -> None:
    path = project.root / "template.yaml"
    project.write(
        {"src/Makefile": f"build-Fn:\n\tcp app.py $(ARTIFACTS_DIR)\n\tsed -i s/app.handler/app.other/ {path}\n"}
    )
    assert project.build() == {"Fn": BUILT}
    assert project.build() == {"Fn": UP_TO_DATE}
    assert output(project)["Fn"]["Properties"]["Handler"] == "app.other"


def test_a_function_becomes_a_stack_and_a_function_again(project: Project) -> None:
    child = "Type: AWS::Serverless::Application\nProperties:\n  Location: child/template.yaml\n"
    as_function = template(A=function())
    project.write(
        {
            "template.yaml": as_function,
            "src/Makefile": "build-A:\n\tmkdir $(ARTIFACTS_DIR)/B\n\tcp app.py $(ARTIFACTS_DIR)/B/template.yaml\n"
            "\tcp app.py $(ARTIFACTS_DIR)/template.yaml\n",
            "child/template.yaml": template(B=function("../other")),
            "other/Makefile": MAKEFILE,
            "other/app.py": "other",
        }
    )
    project.build()
    mine = project.tree("A")
    project.write({"template.yaml": template(A=child)})
    assert project.build() == {"A/B": BUILT}
    assert project.tree("A/B") == {"app.py": b"other"}
    assert sorted(os.listdir(project.artifact("A"))) == ["B", "template.yaml"]
    project.write({"template.yaml": as_function})
    project.build()
    assert project.tree("A") == mine
    assert project.build() == {"A": UP_TO_DATE}
    assert project.warnings == []


def test_a_remembered_plan_reads_no_yaml_but_sees_an_edit(project: Project) -> None:
    project.build()
    project.write({"template.yaml": template(Fn=function("src2")), "src2/Makefile": MAKEFILE, "src2/app.py": "two"})
    assert project.build() == {"Fn": BUILT}
    assert project.tree("Fn") == {"app.py": b"two"}


def test_what_lies_where_templates_are_kept_is_removed_and_what_a_link_there_leads_to_is_not(project: Project) -> None:
    project.write({"docs/mine": "mine"})
    kept = project.state_dir / "templates"
    kept.parent.mkdir(parents=True)
    kept.symlink_to(project.root / "docs")
    assert project.build() == {"Fn": BUILT}
    assert [path.name for path in (project.root / "docs").iterdir()] == ["mine"]
    (kept / "folder" / "deep").mkdir(parents=True)
    project.write({"template.yaml": template(Fn=function(properties="MemorySize: 256"))})
    assert project.build() == {"Fn": UP_TO_DATE}
    assert len(os.listdir(kept)) == 2


def test_the_build_toml_comes_back_with_the_templates_that_are_kept(project: Project) -> None:
    os.utime(project.root / "template.yaml", (1, 1))
    project.build()
    toml = project.build_dir.parent / "build.toml"
    before = toml.read_bytes()
    toml.unlink()
    shutil.rmtree(project.build_dir)
    assert project.build() == {"Fn": RESTORED}
    assert toml.read_bytes() == before
