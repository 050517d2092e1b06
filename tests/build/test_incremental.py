"""What a build runs, restores and leaves alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.build.project import BUILT, MAKEFILE, RESTORED, UP_TO_DATE, Project, function, template


def test_a_second_build_does_nothing(project: Project) -> None:
    assert project.build() == {"Fn": BUILT}
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}
    assert project.build() == {"Fn": UP_TO_DATE}
    assert [type(event).__name__ for event in project.events] == ["TargetFinished"]


def test_an_edit_builds_only_what_read_it(project: Project) -> None:
    project.write(
        {
            "template.yaml": template(Fn=function(), Other=function("other")),
            "other/Makefile": MAKEFILE,
            "other/app.py": "print('other')\n",
        }
    )
    assert project.build() == {"Fn": BUILT, "Other": BUILT}
    project.write({"other/app.py": "print('edited')\n"})
    assert project.build() == {"Fn": UP_TO_DATE, "Other": BUILT}
    assert project.tree("Other") == {"app.py": b"print('edited')\n"}


def test_many_generations_are_kept(project: Project) -> None:
    contents = [f"print({number})\n" for number in range(4)]
    for content in contents:
        project.write({"src/app.py": content})
        assert project.build() == {"Fn": BUILT}
    for content in contents:
        project.write({"src/app.py": content})
        assert project.build() == {"Fn": RESTORED}
        assert project.tree("Fn") == {"app.py": content.encode()}


def test_touched_sources_are_not_rebuilt(project: Project) -> None:
    project.build()
    os.utime(project.root / "src" / "app.py", (1, 1))
    assert project.build() == {"Fn": UP_TO_DATE}


DAMAGES: dict[str, Callable[[Path], object]] = {
    "delete": shutil.rmtree,
    "edit": lambda artifact: (artifact / "app.py").write_text("broken"),
    "add": lambda artifact: (artifact / "more.py").write_text(""),
    "chmod": lambda artifact: (artifact / "app.py").chmod(0o777),
    "remove file": lambda artifact: (artifact / "app.py").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_artifact_comes_back(project: Project, damage: str) -> None:
    project.build()
    artifact = project.artifact("Fn")
    DAMAGES[damage](artifact)
    outcome = project.outcome()
    why = "output missing" if damage == "delete" else "output damaged"
    assert [(str(row.state), row.because) for row in outcome.results] == [(RESTORED, (why,))]
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}
    assert (artifact / "app.py").stat().st_mode & 0o7777 == 0o644


def test_everything_deleted_is_restored_from_the_store(project: Project) -> None:
    project.build()
    shutil.rmtree(project.root / ".aws-sam")
    assert project.build() == {"Fn": RESTORED}
    assert project.build() == {"Fn": UP_TO_DATE}


def test_without_store_and_artifact_make_runs_again(project: Project) -> None:
    project.build()
    shutil.rmtree(project.store)
    assert project.build() == {"Fn": UP_TO_DATE}
    shutil.rmtree(project.build_dir)
    assert project.because("Fn") == ("output missing",)


def test_another_checkout_takes_everything_from_the_store(project: Project, tmp_path: Path) -> None:
    project.build()
    elsewhere = tmp_path / "deep" / "elsewhere"
    shutil.copytree(project.root, elsewhere, ignore=shutil.ignore_patterns(".aws-sam"))
    other = Project(elsewhere, project.store)
    assert other.build() == {"Fn": RESTORED}
    assert other.tree("Fn") == project.tree("Fn")


def test_no_cached_runs_and_records_anew(project: Project) -> None:
    project.build()
    outcome = project.outcome(use_cache=False)
    assert [(str(row.state), row.because) for row in outcome.results] == [(BUILT, ("forced by --no-cached",))]
    assert project.build() == {"Fn": UP_TO_DATE}


def test_reasons_name_what_changed(project: Project) -> None:
    project.build()
    assert project.because("Fn", use_cache=False) == ("forced by --no-cached",)
    project.write({"src/app.py": "print('two')\n", "src/new.py": ""})
    assert project.because("Fn") == ("app.py changed", "new.py added")
    (project.root / "src" / "new.py").unlink()
    assert project.because("Fn") == ("new.py removed",)
    (project.root / "src" / "app.py").chmod(0o755)
    assert project.because("Fn") == ("app.py changed its mode",)
    project.write({"src/Makefile": MAKEFILE + "# $(FLAVOUR)\n"})
    assert project.because("Fn") == ("Makefile changed",)


def test_a_named_variable_is_a_reason(project: Project) -> None:
    project.write({"src/Makefile": MAKEFILE + "\techo $(FLAVOUR) > $(ARTIFACTS_DIR)/flavour\n"})
    assert project.build({"FLAVOUR": "sweet"}) == {"Fn": BUILT}
    assert project.build({"FLAVOUR": "sweet"}) == {"Fn": UP_TO_DATE}
    outcome = project.outcome({"FLAVOUR": "sour"})
    assert outcome.results[0].because == ("variable FLAVOUR changed",)
    assert project.tree("Fn")["flavour"] == b"sour\n"
    assert project.outcome().results[0].because == ("variable FLAVOUR is no longer set",)


def test_a_dependent_stays_when_its_dependency_rebuilds_to_the_same_bytes(project: Project) -> None:
    project.write(
        {
            "template.yaml": template(
                Lib=function("lib"), Fn=function(metadata="BuildProperties:\n  DependsOn: [Lib]\n")
            ),
            "lib/Makefile": "build-Lib:\n\tgrep -v '#' lib.txt > $(ARTIFACTS_DIR)/lib.txt\n",
            "lib/lib.txt": "# a comment\ncontent\n",
            "src/Makefile": "build-Fn:\n\tcat app.py $(ARTIFACTS_DIR)/../Lib/lib.txt > $(ARTIFACTS_DIR)/all\n",
        }
    )
    assert project.build() == {"Lib": BUILT, "Fn": BUILT}
    assert project.tree("Fn") == {"all": b"print('one')\ncontent\n"}
    project.write({"lib/lib.txt": "# another comment\ncontent\n"})
    assert project.build() == {"Lib": BUILT, "Fn": UP_TO_DATE}
    project.write({"lib/lib.txt": "# another comment\nother content\n"})
    outcome = project.outcome()
    assert [str(row.state) for row in outcome.results] == [BUILT, BUILT]
    assert outcome.results[1].because == ("dependency Lib changed",)
    assert project.tree("Fn") == {"all": b"print('one')\nother content\n"}


def test_a_build_with_nothing_to_do_imports_nothing_heavy(project: Project) -> None:
    project.build()
    program = f"""
import sys
sys.path.insert(0, {str(Path.cwd())!r})
from engine.cli.main import main
main(["build", "--cache-dir", {str(project.store)!r}])
heavy = {{"anyio", "asyncio", "networkx", "pathspec", "rich", "yaml"}}
print(sorted({{name.partition(".")[0] for name in sys.modules}} & heavy))
"""
    for _ in range(2):  # the first one may still have to record what the command line says differently
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=project.root, capture_output=True, text=True, check=True
        )
    assert "Nothing to do: 1 up to date" in done.stderr
    assert done.stdout.endswith("\n[]\n")
