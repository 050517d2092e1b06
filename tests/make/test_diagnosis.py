from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from engine.make.diagnosis import Diagnosis, diagnose, targets_of
from engine.make.invocation import find_make

PREFIX = "CustomMakeBuilder:MakeBuild - Make Failed: "


def run(folder: Path, makefile: str, target: str = "build-Fn") -> Diagnosis:
    """What is said of the real make's failure."""
    path, log = folder / "Makefile", folder / "log"
    path.write_text(makefile)
    with log.open("wb") as output:
        done = subprocess.run(
            [find_make(dict(os.environ)), "--makefile", str(path), target],
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C"},
        )
    assert done.returncode != 0
    return diagnose(str(log), str(path), target, done.returncode, None)


def test_makes_own_words_and_exit_code(tmp_path: Path) -> None:
    said = run(tmp_path, "build-Fn:\n\texit 7\n")
    assert said == Diagnosis(f"{PREFIX}make: *** [{tmp_path}/Makefile:2: build-Fn] Error 7", None)


def test_the_outermost_complaint_counts(tmp_path: Path) -> None:
    said = run(tmp_path, "build-Fn:\n\t$(MAKE) -f $(firstword $(MAKEFILE_LIST)) inner\ninner:\n\tfalse\n")
    assert said.message == f"{PREFIX}make: *** [{tmp_path}/Makefile:2: build-Fn] Error 2"


@pytest.mark.parametrize(
    ("makefile", "hint"),
    [
        ("build-fn:\n", "has build-fn; names are matched to the letter"),
        ("build-Fnn: x\n\ttrue\n", "has build-Fnn; names are matched to the letter"),
        ("build-Worker build-Mailer:\n", "(it has build-Worker, build-Mailer)"),
        ("all:\n", "(it has no build-* target)"),
    ],
)
def test_a_missing_target_names_near_ones(tmp_path: Path, makefile: str, hint: str) -> None:
    said = run(tmp_path, makefile)
    assert said.message == f"{PREFIX}make: *** No rule to make target 'build-Fn'.  Stop."
    assert said.hint is not None
    assert said.hint.endswith(hint)


def test_a_missing_prerequisite_is_not_a_missing_target(tmp_path: Path) -> None:
    assert run(tmp_path, "build-Fn: gone.c\n").hint is None


def test_a_missing_tool_is_named(tmp_path: Path) -> None:
    said = run(tmp_path, "build-Fn:\n\tno-such-compiler --version\n")
    assert said.hint == "install no-such-compiler, or put it on PATH"
    assert run(tmp_path, "build-Fn:\n\ttrue && another.tool x\n").hint == "install another.tool, or put it on PATH"


@pytest.mark.parametrize(
    ("exit_code", "said"), [(2, "make exited with 2"), (-9, "killed by SIGKILL"), (-63, "killed by signal 63")]
)
def test_a_make_that_said_nothing(tmp_path: Path, exit_code: int, said: str) -> None:
    assert diagnose(str(tmp_path / "none"), "Makefile", "build-Fn", exit_code, None).message == PREFIX + said


def test_a_time_limit(tmp_path: Path) -> None:
    said = diagnose(str(tmp_path / "none"), "Makefile", "build-Fn", -15, 1.5)
    assert said.message == f"{PREFIX}not finished after 1.5 s, the limit of --timeout"


def test_only_the_end_of_a_long_log_is_read(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"make: *** [early] Error 1\n" + b"\xff" * 100_000 + b"\nmake: *** [late\xff] Error 2\n")
    assert diagnose(str(log), "Makefile", "x", 2, None).message == PREFIX + "make: *** [late\\xff] Error 2"


def test_targets_of_a_makefile(tmp_path: Path) -> None:
    path = tmp_path / "Makefile"
    path.write_bytes(
        b".PHONY: all\nX := a:b\nall: one\n\trecipe: x\none two:: three\n$(NAME): x\n%.o: %.c\nbuild-%:\n"
        b"word on its own\nlast :\n# comment: x\nY ::= 2\n\xff:\nall:\n"
    )
    assert targets_of(str(path)) == ["all", "one", "two", "build-%", "last", "\ufffd"]
    assert targets_of(str(tmp_path / "none")) == []
