"""Only what was made from exactly what the key names is recorded, and only what is intact is used."""

from __future__ import annotations

import shutil
from pathlib import Path

from cache.disk import DiskStore
from cache.wire import ActionResult
from tests.build.project import BUILT, FAILED, MAKEFILE, RESTORED, UP_TO_DATE, Project, function, template

DISTURBED = "its inputs changed while it was built: the result is used, but not recorded"


def test_sources_read_in_place_and_edited_meanwhile(project: Project) -> None:
    source = project.root / "src" / "app.py"
    project.write(
        {
            "src/Makefile": "HERE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))\n"
            f"build-Fn:\n\t[ -e {project.root}/done ] || echo two > {source}\n\ttouch {project.root}/done\n"
            "\tcp $(HERE)app.py $(ARTIFACTS_DIR)\n"
        }
    )
    assert project.build() == {"Fn": BUILT}
    assert project.warnings == [DISTURBED]
    assert project.tree("Fn") == {"app.py": b"two\n"}
    source.write_text("print('one')\n")
    assert project.build() == {"Fn": BUILT}
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}
    assert project.build() == {"Fn": UP_TO_DATE}


def test_sources_edited_and_edited_back_meanwhile(project: Project) -> None:
    source = project.root / "src" / "app.py"
    project.write(
        {
            "src/Makefile": f"build-Fn:\n\tcp {source} keep; echo two > {source}; cp {source} $(ARTIFACTS_DIR)/seen\n"
            "\ttouch start probe; until [ probe -nt start ]; do touch probe; done\n"
            f"\tcat keep > {source}\n"
        }
    )
    assert project.build() == {"Fn": BUILT}
    assert project.warnings == [DISTURBED]


def test_an_included_makefile_that_is_edited_and_edited_back_meanwhile(project: Project) -> None:
    shared = project.root / "shared.mk"
    shared.write_text("WORD := one\n")
    project.write(
        {
            "src/Makefile": f"include {shared}\nbuild-Fn:\n\techo WORD := two > {shared}\n"
            f"\tcp {shared} $(ARTIFACTS_DIR)/seen\n\techo WORD := one > {shared}\n"
        }
    )
    assert project.build() == {"Fn": BUILT}
    assert project.warnings == [DISTURBED]


def test_an_input_that_appears_meanwhile(project: Project) -> None:
    shared = project.root / "shared"
    project.write(
        {
            "template.yaml": template(Fn=function(metadata='BuildProperties:\n  Inputs: ["shared/*.txt"]\n')),
            "shared/a.txt": "a",
            "src/Makefile": f"build-Fn:\n\techo b > {shared}/b.txt\n\tcp {shared}/*.txt $(ARTIFACTS_DIR)\n",
        }
    )
    assert project.build() == {"Fn": BUILT}
    assert project.warnings == [DISTURBED]


def test_an_input_that_appears_meanwhile_in_a_folder_that_was_not_there(project: Project) -> None:
    gone = project.root / "gone"
    project.write(
        {
            "template.yaml": template(Fn=function(metadata='BuildProperties:\n  Inputs: ["gone/x.txt"]\n')),
            "src/Makefile": f"build-Fn:\n\tmkdir {gone}; echo x > {gone}/x.txt; cp {gone}/x.txt $(ARTIFACTS_DIR)\n",
        }
    )
    assert project.build() == {"Fn": BUILT}
    assert project.warnings == ["BuildProperties.Inputs: gone/x.txt matches no file", DISTURBED]


def test_a_code_directory_that_appears_meanwhile(project: Project) -> None:
    code = project.root / "gone"
    recipe = f"build-Fn:\n\tmkdir -p {code}; echo x > {code}/x.txt; cp {code}/x.txt $(ARTIFACTS_DIR)\n"
    project.write(
        {
            "template.yaml": template(Fn=function("gone", metadata="ContextPath: src\n")),
            "src/Makefile": recipe,
        }
    )
    assert project.build() == {"Fn": BUILT}
    assert project.warnings[-1] == DISTURBED


def test_make_that_removes_its_artifact_directory_fails(project: Project) -> None:
    project.build()
    project.write({"src/Makefile": "build-Fn:\n\trm -rf $(ARTIFACTS_DIR)\n"})
    outcome = project.outcome()
    assert [str(row.state) for row in outcome.results] == [FAILED]
    assert outcome.results[0].failure is not None
    assert outcome.results[0].failure.message == "make removed or replaced its ARTIFACTS_DIR"
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}


def test_make_that_replaces_its_artifact_directory_by_a_link_fails(project: Project) -> None:
    project.write({"src/Makefile": "build-Fn:\n\trmdir $(ARTIFACTS_DIR)\n\tln -s $(CURDIR) $(ARTIFACTS_DIR)\n"})
    assert project.build() == {"Fn": FAILED}
    assert not project.artifact("Fn").is_symlink()


def test_a_result_of_another_kind_is_a_miss(project: Project) -> None:
    project.build()
    key = project.outcome().results[0].key
    assert key is not None
    for result in (ActionResult(), ActionResult(exit_code=1)):
        DiskStore(str(project.store)).put(key, result)
        shutil.rmtree(project.build_dir)
        assert project.build() == {"Fn": BUILT}


def test_a_failure_before_make_shows_no_older_log(project: Project) -> None:
    project.build()
    (project.root / "src" / "Makefile").unlink()
    outcome = project.outcome()
    assert outcome.results[0].log is None
    project.write({"src/Makefile": MAKEFILE})
    assert project.build() == {"Fn": UP_TO_DATE}


def test_the_record_of_sam_beside_a_build_folder_is_no_input(project: Project) -> None:
    project.write({"template.yaml": template(Fn=function(".")), "Makefile": MAKEFILE, "app.py": "one"})
    out = str(project.root / "out")
    assert project.build(build_dir=out) == {"Fn": BUILT}
    assert project.build(build_dir=out) == {"Fn": UP_TO_DATE}


def test_artifacts_that_hold_their_own_path_are_built_for_each(project: Project) -> None:
    child = "Type: AWS::Serverless::Application\nProperties:\n  Location: child/template.yaml\n"
    project.write(
        {
            "template.yaml": template(One=child, Two=child),
            "child/template.yaml": template(Inner=function("../src")),
            "src/Makefile": "build-Inner:\n\techo $(ARTIFACTS_DIR) > $(ARTIFACTS_DIR)/path\n",
        }
    )
    assert project.build() == {"One/Inner": BUILT, "Two/Inner": BUILT}
    for name in ("One/Inner", "Two/Inner"):
        assert project.tree(name) == {"path": f"{project.artifact(name)}\n".encode()}


def test_another_link_mode_takes_the_links_away(project: Project) -> None:
    project.build()
    shutil.rmtree(project.build_dir)
    assert project.build(link_mode="symlink") == {"Fn": RESTORED}
    assert project.artifact("Fn").is_symlink()
    assert project.build(link_mode="copy") == {"Fn": RESTORED}
    assert not project.artifact("Fn").is_symlink()


def test_a_dependency_is_a_real_directory_while_make_runs(project: Project) -> None:
    project.write(
        {
            "template.yaml": template(
                Lib=function("lib"), Fn=function(metadata="BuildProperties:\n  DependsOn: [Lib]\n")
            ),
            "lib/Makefile": MAKEFILE,
            "lib/app.py": "lib",
            "src/Makefile": "build-Fn:\n\tcp -r $(ARTIFACTS_DIR)/../Lib $(ARTIFACTS_DIR)/dep\n",
        }
    )
    project.build(resources=("Lib",))
    shutil.rmtree(project.build_dir)
    assert project.build(link_mode="symlink") == {"Lib": RESTORED, "Fn": BUILT}
    assert project.tree("Fn") == {"dep": None, "dep/app.py": b"lib"}
    assert not (Path(project.artifact("Fn")) / "dep").is_symlink()
