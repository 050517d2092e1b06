from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from engine.errors import EnvironmentFault
from engine.make.invocation import find_make, make_argv, make_environment, make_version


def program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_make_is_found_on_the_callers_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = program(tmp_path / "make", "")
    assert find_make({"PATH": f"/nowhere:{tmp_path}"}) == expected
    monkeypatch.chdir(tmp_path)
    assert find_make({"PATH": "."}) == expected
    assert find_make({}) == shutil.which("make", path=os.defpath)


@pytest.mark.parametrize("path", ["", "/nowhere"])
def test_no_make_is_told_in_sams_words(path: str) -> None:
    with pytest.raises(EnvironmentFault, match="binary: make was not successful") as caught:
        find_make({"PATH": path})
    assert caught.value.rows == (("PATH", path),)
    assert caught.value.sam_type == "WorkflowFailedError"


def test_a_make_that_cannot_be_executed_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "make").write_text("")
    with pytest.raises(EnvironmentFault):
        find_make({"PATH": str(tmp_path)})


def test_the_command_is_sams() -> None:
    assert make_argv("/p/Makefile", "build-Fn") == ("make", "--makefile", "/p/Makefile", "build-Fn")


def test_the_environment_is_the_callers_and_artifacts_dir() -> None:
    environ = {"PATH": "/bin", "ARTIFACTS_DIR": "/of/the/caller", "MAKEFLAGS": "-k"}
    assert make_environment(environ, "/a") == {"PATH": "/bin", "ARTIFACTS_DIR": "/a", "MAKEFLAGS": "-k"}
    assert environ["ARTIFACTS_DIR"] == "/of/the/caller"


def test_the_version_is_the_first_line() -> None:
    assert make_version(find_make(dict(os.environ))).startswith("GNU Make ")


def test_the_version_of_a_wrapper_that_needs_the_path(tmp_path: Path) -> None:
    (tmp_path / "make").write_text("#!/usr/bin/env sh\nls / > /dev/null && echo Make of $LC_ALL\n")
    (tmp_path / "make").chmod(0o755)
    assert make_version(str(tmp_path / "make")) == "Make of C"


def test_a_make_that_cannot_run_is_told(tmp_path: Path) -> None:
    (tmp_path / "make").write_bytes(b"\x7fELF nonsense")
    (tmp_path / "make").chmod(0o755)
    with pytest.raises(EnvironmentFault, match="make cannot be run") as caught:
        make_version(str(tmp_path / "make"))
    assert caught.value.rows == (("make", str(tmp_path / "make")),)
    assert "ulimit" in (caught.value.hint or "")
