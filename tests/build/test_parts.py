"""Partial builds, shared definitions, order and cleaning."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from engine.errors import InputError
from tests.build.project import BUILT, MAKEFILE, RESTORED, UP_TO_DATE, Project, function, template

LAYER = """\
Type: AWS::Serverless::LayerVersion
Metadata:
  BuildMethod: makefile
Properties:
  ContentUri: layer
  CompatibleRuntimes: [python3.12]
"""
PROVIDED = "Type: AWS::Serverless::Function\nProperties:\n  CodeUri: src\n  Handler: h\n  Runtime: provided.al2023\n"


def uris(project: Project) -> dict[str, str]:
    """CodeUri or ContentUri of each resource in the output template."""
    resources = yaml.safe_load((project.build_dir / "template.yaml").read_text())["Resources"]
    return {
        name: row["Properties"].get("CodeUri", row["Properties"].get("ContentUri")) for name, row in resources.items()
    }


@pytest.fixture
def three(project: Project) -> Project:
    project.write({"template.yaml": template(A=function(), B=function(), C=function())})
    return project


def test_a_partial_build_leaves_the_others_in_place(three: Project) -> None:
    assert three.build(resources=("A",)) == {"A": BUILT}
    assert uris(three) == {"A": "A", "B": "../../src", "C": "../../src"}
    assert three.build(resources=("B", "C")) == {"B": BUILT, "C": BUILT}
    assert uris(three) == {"A": "A", "B": "B", "C": "C"}
    assert three.build() == {"A": UP_TO_DATE, "B": UP_TO_DATE, "C": UP_TO_DATE}


def test_globs_and_exclusions(three: Project) -> None:
    assert three.build(resources=("[AB]",)) == {"A": BUILT, "B": BUILT}
    assert three.build(exclude=("A", "B")) == {"C": BUILT}
    assert three.build(resources=("A",), exclude=("A",)) == {"A": UP_TO_DATE}
    assert "Building anyways" in three.warnings[0]


def test_an_unknown_id_is_told_with_the_options(three: Project) -> None:
    with pytest.raises(InputError, match="Unable to find a function or layer with name 'D'") as raised:
        three.build(resources=("D",))
    assert "Possible options in your template: ['A', 'B', 'C']" in raised.value.rows[0][1]


def test_a_function_brings_its_layers(project: Project) -> None:
    project.write(
        {
            "template.yaml": template(Fn=function(properties="Layers: [!Ref Layer]"), Layer=LAYER, Other=LAYER),
            "layer/Makefile": "build-%:\n\techo content > $(ARTIFACTS_DIR)/lib\n",
        }
    )
    assert project.build(resources=("Fn",)) == {"Fn": BUILT, "Layer": BUILT}


def test_a_referenced_layer_is_order_only(project: Project) -> None:
    project.write(
        {
            "template.yaml": template(Fn=function(properties="Layers: [!Ref Layer]"), Layer=LAYER),
            "layer/Makefile": "build-%:\n\techo content > $(ARTIFACTS_DIR)/lib\n",
            "src/Makefile": "build-Fn:\n\tcp $(ARTIFACTS_DIR)/../Layer/lib $(ARTIFACTS_DIR)/seen\n",
        }
    )
    assert project.build(jobs=8) == {"Fn": BUILT, "Layer": BUILT}
    project.write({"layer/Makefile": "build-%:\n\techo other > $(ARTIFACTS_DIR)/lib\n"})
    assert project.build() == {"Fn": UP_TO_DATE, "Layer": BUILT}


def test_a_ring_is_named(project: Project) -> None:
    depends = "BuildProperties:\n  DependsOn: [{}]\n"
    project.write({
        "template.yaml": template(
            A=function(metadata=depends.format("B")), B=function(metadata=depends.format("C")),
            C=function(metadata=depends.format("A")),
        )
    })  # fmt: skip
    with pytest.raises(InputError, match="A -> B -> C -> A"):
        project.build()


def test_an_excluded_dependency_is_refused(project: Project) -> None:
    project.write(
        {"template.yaml": template(A=function(), B=function(metadata="BuildProperties:\n  DependsOn: [A]\n"))}
    )
    with pytest.raises(InputError, match="B depends on A, which is excluded"):
        project.build(exclude=("A",))


def test_functions_of_one_definition_run_the_first_ones_target(project: Project) -> None:
    project.write(
        {
            "template.yaml": template(First=PROVIDED, Second=PROVIDED),
            "src/Makefile": "build-First:\n\tcp app.py $(ARTIFACTS_DIR)/bootstrap\n",
        }
    )
    assert project.build() == {"First": BUILT, "Second": RESTORED}
    assert project.tree("Second") == {"bootstrap": b"print('one')\n"}


def test_a_follower_alone_runs_its_own_target(project: Project) -> None:
    project.write(
        {
            "template.yaml": template(First=PROVIDED, Second=PROVIDED),
            "src/Makefile": "build-Second:\n\tcp app.py $(ARTIFACTS_DIR)/bootstrap\n",
        }
    )
    assert project.build(resources=("Second",)) == {"Second": BUILT}


def test_artifacts_of_resources_that_left_the_template_go(three: Project) -> None:
    three.build()
    three.write({"template.yaml": template(A=function())})
    (three.build_dir / "mine").write_text("keep me")
    assert three.build() == {"A": UP_TO_DATE}
    assert sorted(os.listdir(three.build_dir)) == ["A", "mine", "template.yaml"]
    assert three.warnings == [f"{three.build_dir / 'mine'} is neither this build's nor sam's: left alone"]


def test_what_sam_built_goes_as_with_its_own_wipe(three: Project) -> None:
    old = three.build_dir / "Old"
    old.mkdir(parents=True)
    (three.build_dir.parent / "build.toml").write_text(
        '[function_build_definitions.0c1b2a3d-0000-4000-8000-000000000000]\nfunctions = ["Old"]\n'
    )
    three.build()
    assert not old.exists()
    assert three.warnings == []


def test_a_partial_build_cleans_nothing(three: Project) -> None:
    three.build()
    three.write({"template.yaml": template(A=function())})
    three.build(resources=("A",))
    assert three.artifact("B").exists()


def test_a_nested_stack_that_left_the_template_goes(project: Project) -> None:
    child = "Type: AWS::Serverless::Application\nProperties:\n  Location: child/template.yaml\n"
    project.write(
        {
            "template.yaml": template(Fn=function(), Child=child),
            "child/template.yaml": template(Inner=function("../src")),
        }
    )
    assert project.build() == {"Fn": BUILT, "Child/Inner": BUILT}
    assert sorted(os.listdir(project.build_dir / "Child")) == ["Inner", "template.yaml"]
    project.write({"template.yaml": template(Fn=function())})
    assert project.build() == {"Fn": UP_TO_DATE}
    assert sorted(os.listdir(project.build_dir)) == ["Fn", "template.yaml"]


@pytest.mark.parametrize("link_mode", ["clone", "copy", "hardlink", "symlink"])
def test_every_link_mode_restores_the_same_tree(project: Project, link_mode: str) -> None:
    project.write(
        {
            "src/Makefile": "build-Fn:\n\tcd $(ARTIFACTS_DIR) && mkdir -p a/empty b && echo x > a/x && chmod 755 a/x"
            " && ln -s ../a/x b/link && echo secret > b/private && chmod 600 b/private\n"
        }
    )
    project.build()
    before = project.tree("Fn")
    modes = {path: (project.artifact("Fn") / path).lstat().st_mode for path in before}
    Path(project.build_dir).rename(project.root / "gone")
    assert project.build(link_mode=link_mode) == {"Fn": RESTORED}
    assert project.artifact("Fn").is_symlink() == (link_mode == "symlink")
    assert {path.name for path in project.artifact("Fn").iterdir()} == {"a", "b"}
    assert {path: (project.artifact("Fn") / path).lstat().st_mode for path in before} == modes
    assert (project.artifact("Fn") / "b" / "link").read_text() == "x\n"
    assert project.build(link_mode=link_mode) == {"Fn": UP_TO_DATE}
    project.write({"src/Makefile": MAKEFILE})
    assert project.build(link_mode=link_mode) == {"Fn": BUILT}
    assert not project.artifact("Fn").is_symlink()


@pytest.mark.parametrize("jobs", range(1, 9))
def test_jobs_do_not_change_the_trees(project: Project, jobs: int) -> None:
    depends = "BuildProperties:\n  DependsOn: [{}]\n"
    bodies = {f"F{n}": function(metadata=depends.format(f"F{n // 2}") if n > 1 else "") for n in range(1, 12)}
    project.write(
        {
            "template.yaml": template(**bodies),
            "src/Makefile": "build-%:\n\techo $@ $(wildcard $(ARTIFACTS_DIR)/../F*/none) > $(ARTIFACTS_DIR)/name\n",
        }
    )
    assert set(project.build(jobs=jobs).values()) == {BUILT}
    assert {name: project.tree(name) for name in bodies} == {
        name: {"name": f"build-{name}\n".encode()} for name in bodies
    }
