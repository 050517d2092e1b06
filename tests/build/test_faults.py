from __future__ import annotations

import errno
import os

import pytest

from engine.build.faults import fault_of
from tests.build.project import FAILED, Project


@pytest.mark.parametrize(
    ("number", "way_out"),
    [
        (errno.EMFILE, "ulimit -n"),
        (errno.ENFILE, "--jobs"),
        (errno.ENOSPC, "make room"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "owner and mode"),
        (errno.EPERM, "owner and mode"),
        (errno.ENOMEM, "--jobs"),
        (errno.EAGAIN, "ulimit -u"),
        (errno.E2BIG, "environment"),
    ],
)
def test_what_users_can_act_on_has_a_hint(number: int, way_out: str) -> None:
    fault = fault_of(OSError(number, os.strerror(number), "/a/file"))
    assert fault.message == f"{os.strerror(number)}: /a/file"
    assert way_out in (fault.hint or "")


def test_what_is_left_to_the_reader_has_none() -> None:
    assert fault_of(FileNotFoundError(errno.ENOENT, "No such file or directory", "/x")).hint is None
    assert fault_of(OSError("odd")) == ("odd", None)
    assert fault_of(OSError()) == ("OSError", None)


def test_both_files_of_a_rename_are_named() -> None:
    error = OSError(errno.EXDEV, "Invalid cross-device link", "/a", None, b"/b\xff")
    assert fault_of(error).message == "Invalid cross-device link: /a -> /b\udcff"
    assert fault_of(OSError(errno.EBADF, "Bad file descriptor", 7)).message == "Bad file descriptor"


def test_a_full_environment_fails_the_target_with_the_way_out(project: Project) -> None:
    outcome = project.outcome(environ={"MUCH": "x" * 3_000_000})
    (result,) = outcome.results
    assert result.failure is not None
    assert str(result.state) == FAILED
    assert result.failure.message.startswith("Fn cannot be built here: Argument list too long")
    assert "environment" in (result.failure.hint or "")


def test_a_missing_code_directory_is_told_in_sams_words_when_make_runs(project: Project) -> None:
    project.write({"make/Makefile": "build-Fn:\n\ttouch $(ARTIFACTS_DIR)/built\n"})
    text = (project.root / "template.yaml").read_text()
    text = text.replace("CodeUri: src", "CodeUri: gone").replace(
        "BuildMethod: makefile", "BuildMethod: makefile\n      ContextPath: make"
    )
    project.write({"template.yaml": text})
    words = f"Skipping copy operation since source {project.root}/gone does not exist"
    project.build()
    assert project.warnings == [words]
    project.build()
    assert project.warnings == []
