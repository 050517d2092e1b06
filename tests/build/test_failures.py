"""Failed targets: what is kept, what still runs, what is told."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from engine.errors import EnvironmentFault, InputError
from engine.run.events import State
from tests.build.project import BUILT, FAILED, MAKEFILE, RESTORED, SKIPPED, UP_TO_DATE, Project, function, template

BROKEN = "build-Fn:\n\techo half > $(ARTIFACTS_DIR)/half\n\techo the reason >&2\n\texit 3\n"


def test_the_last_good_artifact_and_template_stay(project: Project) -> None:
    project.build()
    before = (project.build_dir / "template.yaml").read_bytes()
    project.write({"src/Makefile": BROKEN})
    outcome = project.outcome()
    assert [str(row.state) for row in outcome.results] == [FAILED]
    assert not outcome.succeeded
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}
    assert (project.build_dir / "template.yaml").read_bytes() == before
    project.write({"src/Makefile": MAKEFILE})
    assert project.build() == {"Fn": UP_TO_DATE}


def test_a_first_failure_leaves_no_artifact_and_no_template(project: Project) -> None:
    project.write({"src/Makefile": BROKEN})
    assert project.build() == {"Fn": FAILED}
    assert not project.artifact("Fn").exists()
    assert not (project.build_dir / "template.yaml").exists()


def test_a_failure_is_not_cached_and_tells_all(project: Project) -> None:
    project.write({"src/Makefile": BROKEN})
    for _ in range(2):
        failure = project.outcome().results[0].failure
        assert failure is not None
        assert failure.exit_code == 2
        assert "CustomMakeBuilder:MakeBuild - Make Failed: make: *** " in failure.message
        assert "Error 3" in failure.message
    log = project.outcome().results[0].log
    assert log is not None
    assert "the reason\n" in Path(log).read_text()


def test_nothing_new_starts_after_a_failure(project: Project) -> None:
    names = [f"Fn{number}" for number in range(6)]
    project.write(
        {
            "template.yaml": template(**{name: function() for name in names}),
            "src/Makefile": "build-Fn0:\n\tfalse\nbuild-%:\n\tcp app.py $(ARTIFACTS_DIR)\n",
        }
    )
    states = project.build(jobs=1)
    assert states == {"Fn0": FAILED, **dict.fromkeys(names[1:], SKIPPED)}
    outcome = project.outcome(jobs=1)
    assert outcome.results[1].because == ("another target failed",)


def test_keep_going_builds_what_does_not_depend_on_a_failure(project: Project) -> None:
    depends = "BuildProperties:\n  DependsOn: [{}]\n"
    project.write(
        {
            "template.yaml": template(
                Bad=function(),
                OnBad=function(metadata=depends.format("Bad")),
                OnOnBad=function(metadata=depends.format("OnBad")),
                Good=function(),
            ),
            "src/Makefile": "build-Bad:\n\tfalse\nbuild-%:\n\tcp app.py $(ARTIFACTS_DIR)\n",
        }
    )
    outcome = project.outcome(keep_going=True, jobs=1)
    states = {row.target: row.state for row in outcome.results}
    assert states == {
        "Bad": State.FAILED, "OnBad": State.SKIPPED, "OnOnBad": State.SKIPPED, "Good": State.BUILT
    }  # fmt: skip
    assert {row.target: row.because for row in outcome.results}["OnOnBad"] == ("Bad failed",)


def test_a_missing_makefile_fails_its_target_alone(project: Project) -> None:
    project.write({"template.yaml": template(Fn=function(), Other=function("other")), "other/app.py": ""})
    outcome = project.outcome(keep_going=True)
    assert [str(row.state) for row in outcome.results] == [BUILT, FAILED]
    failure = outcome.results[1].failure
    assert failure is not None
    assert failure.message == (
        f"CustomMakeBuilder:MakeBuild - Makefile not found at {project.root / 'other' / 'Makefile'}"
    )
    assert failure.rows == (("resource", "Other"), ("template", f"{project.root / 'template.yaml'}:11"))


@pytest.mark.parametrize(
    ("makefile", "hint"),
    [
        ("build-fn:\n\ttrue\n", "build-fn"),
        ("all:\n\ttrue\n", "add a target build-Fn"),
        ("build-Fm:\n\ttrue\n", "build-Fm"),
    ],
)
def test_a_missing_target_names_the_near_ones(project: Project, makefile: str, hint: str) -> None:
    project.write({"src/Makefile": makefile})
    failure = project.outcome().results[0].failure
    assert failure is not None
    assert "No rule to make target 'build-Fn'" in failure.message
    assert failure.hint is not None
    assert hint in failure.hint


def test_a_folder_in_place_of_a_makefile_is_pointed_out(project: Project) -> None:
    (project.root / "src" / "Makefile").unlink()
    (project.root / "src" / "Makefile").mkdir()
    failure = project.outcome().results[0].failure
    assert failure is not None
    assert failure.message.endswith(f"Makefile not found at {project.root}/src/Makefile")
    assert failure.hint == "there is something of that name, but it is no regular file"


def test_a_makefile_of_another_name_is_pointed_out(project: Project) -> None:
    (project.root / "src" / "Makefile").rename(project.root / "src" / "makefile")
    failure = project.outcome().results[0].failure
    assert failure is not None
    assert failure.hint == "found makefile there: sam reads only the name Makefile; rename it"


def test_a_timeout_ends_the_whole_process_group(project: Project) -> None:
    project.write({"src/Makefile": "build-Fn:\n\t(sleep 1000; touch $(ARTIFACTS_DIR)/late) & wait\n"})
    outcome = project.outcome(timeout_s=0.2)
    failure = outcome.results[0].failure
    assert failure is not None
    assert "0.2 s, the limit of --timeout" in failure.message
    assert failure.exit_code is None
    assert not project.artifact("Fn").exists()


def test_a_target_that_leaves_nothing_is_told(project: Project) -> None:
    project.write({"src/Makefile": "build-Fn:\n\ttrue\n"})
    assert project.build() == {"Fn": BUILT}
    assert project.warnings == ["make left nothing in ARTIFACTS_DIR"]
    assert project.build() == {"Fn": UP_TO_DATE}


def test_no_make_is_one_clear_error(project: Project) -> None:
    with pytest.raises(EnvironmentFault, match=r"Path resolution for runtime: provided of binary: make"):
        project.build({"PATH": str(project.root)})


@pytest.mark.parametrize("build_dir", [".", "..", "src/.."])
def test_a_build_dir_that_holds_the_sources_is_refused(project: Project, build_dir: str) -> None:
    with pytest.raises(InputError, match="is or contains the current working directory") as caught:
        project.build(build_dir=os.path.normpath(project.root / build_dir))
    assert caught.value.sam_type == "InvalidBuildDirException"
    assert (project.root / "src" / "app.py").exists()


@pytest.mark.parametrize("build_dir", ["src", "code"])
def test_a_build_dir_with_sources_in_it_is_refused(project: Project, build_dir: str) -> None:
    project.write({"template.yaml": template(Fn=function("code/src")), "code/src/Makefile": MAKEFILE})
    (project.root / "src").rename(project.root / "gone")
    (project.root / "src").symlink_to("code")
    with pytest.raises(InputError, match=r"contains the sources of Fn|is a symbolic link"):
        project.build(build_dir=str(project.root / build_dir))
    assert (project.root / "code" / "src" / "Makefile").exists()


@pytest.mark.parametrize("kind", ["dangling", "loop", "fifo", "socket"])
def test_sources_that_cannot_be_copied_are_named(project: Project, kind: str) -> None:
    path = project.root / "src" / "odd"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        import socket

        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
    else:
        path.symlink_to("nowhere" if kind == "dangling" else "odd")
    failure = project.outcome().results[0].failure
    assert failure is not None
    assert failure.message.startswith(f"CustomMakeBuilder:CopySource - {path} is a ")
    project.write({"src/.samignore": "odd\n"})
    assert project.build() == {"Fn": BUILT}


def test_an_unwritable_store_is_done_without(project: Project, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    in_the_way = str(tmp_path / "file" / "store")
    assert project.build(cache_dir=in_the_way) == {"Fn": BUILT}
    assert [warning for warning in project.warnings if "goes on without" in warning]
    assert project.build(cache_dir=in_the_way) == {"Fn": UP_TO_DATE}


def test_a_damaged_blob_is_a_miss_that_heals(project: Project) -> None:
    project.build()
    for blob in (project.store / "cas").rglob("*"):
        if blob.is_file() and blob.read_bytes() == b"print('one')\n":
            blob.chmod(0o644)
            blob.write_bytes(b"print('two')\n")
    shutil.rmtree(project.build_dir)
    assert project.build() == {"Fn": BUILT}
    assert project.tree("Fn") == {"app.py": b"print('one')\n"}
    shutil.rmtree(project.build_dir)
    assert project.build() == {"Fn": RESTORED}


def test_sources_edited_while_they_are_built_are_not_recorded(project: Project) -> None:
    source = project.root / "src" / "shared.txt"
    source.write_text("before")
    project.write(
        {
            "template.yaml": template(Fn=function("code", "BuildProperties:\n  Inputs: [src/shared.txt]\n")),
            "code/Makefile": f"build-Fn:\n\tcp {source} $(ARTIFACTS_DIR)/copy\n\techo after > {source}\n",
        }
    )
    assert project.build() == {"Fn": BUILT}
    assert "its inputs changed while it was built: the result is used, but not recorded" in project.warnings
    assert project.tree("Fn") == {"copy": b"before"}
    project.write({"code/Makefile": f"build-Fn:\n\tcp {source} $(ARTIFACTS_DIR)/copy\n"})
    assert project.build() == {"Fn": BUILT}
    source.write_text("before")
    assert project.build() == {"Fn": BUILT}


def test_a_template_that_became_a_fifo_is_one_error(project: Project) -> None:
    project.build()
    (project.root / "template.yaml").unlink()
    os.mkfifo(project.root / "template.yaml")
    with pytest.raises(InputError, match="Template file cannot be read: it is a FIFO, not a file"):
        project.build()


def test_an_artifact_with_a_fifo_is_used_but_not_recorded(project: Project) -> None:
    project.write({"src/Makefile": "build-Fn:\n\tmkfifo $(ARTIFACTS_DIR)/fifo\n"})
    assert project.build() == {"Fn": BUILT}
    assert project.warnings == [f"make left what cannot be recorded: {project.artifact('Fn') / 'fifo'}: is a FIFO"]
    assert project.because("Fn") == ("the last build of it was not recorded",)


def test_an_absolute_link_in_an_artifact_is_used_but_not_cached(project: Project) -> None:
    project.write({"src/Makefile": "build-Fn:\n\tln -s /usr $(ARTIFACTS_DIR)/usr\n"})
    assert project.build() == {"Fn": BUILT}
    assert [warning for warning in project.warnings if "is used but not cached" in warning]
    assert project.build() == {"Fn": UP_TO_DATE}
    shutil.rmtree(project.build_dir)
    assert project.build() == {"Fn": BUILT}
    assert project.tree("Fn") == {"usr": "/usr"}


def test_odd_names_are_built_restored_and_left_alone(project: Project) -> None:
    odd = ["new\nline", "n" * 255, "tab\t", "-dash", "space ", "quote'\"", "%2F", "ünï"]
    for name in odd:
        (project.root / "src" / name).write_text(name)
    project.write({"src/Makefile": "build-Fn:\n\tcp -r . $(ARTIFACTS_DIR)\n"})
    assert project.build() == {"Fn": BUILT}
    assert set(project.tree("Fn")) == {*odd, "app.py", "Makefile"}
    assert project.build() == {"Fn": UP_TO_DATE}
    shutil.rmtree(project.build_dir)
    assert project.build() == {"Fn": RESTORED}
    assert set(project.tree("Fn")) == {*odd, "app.py", "Makefile"}


def test_names_that_are_not_utf_8_are_built_but_not_cached(project: Project) -> None:
    with open(os.fsencode(project.root) + b"/src/\xff\xfe", "wb") as file:
        file.write(b"bytes")
    project.write({"src/Makefile": "build-Fn:\n\tcp -r . $(ARTIFACTS_DIR)\n"})
    assert project.build() == {"Fn": BUILT}
    assert os.path.exists(os.fsencode(project.artifact("Fn")) + b"/\xff\xfe")
    assert project.build() == {"Fn": UP_TO_DATE}
