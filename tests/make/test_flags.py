from __future__ import annotations

import os
import subprocess

import pytest

from engine.errors import InputError
from engine.make.flags import heeded_environment


def flags(text: str, variable: str = "MAKEFLAGS") -> str | None:
    return heeded_environment({variable: text}).get(variable)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ikw",
        "-i",
        "--ignore-errors",
        "s -j4 --jobserver-auth=3,4",
        "kw -j --jobserver-fds=3,4 -l 2.5 -Otarget",
        "--jobserver-auth=fifo:/tmp/GMfifo7",
        "--debug=b --trace -d -p -B -L",
        "k -C /e=1",
        "--directory /e=1",
        "-W e -o r",
        "--output-sync=e",
        "word",
        "\\",
    ],
)
def test_what_says_only_how_the_outer_make_runs_goes(text: str) -> None:
    assert flags(text) is None
    assert flags(text, "GNUMAKEFLAGS") is None


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("e", "--environment-overrides"),
        ("ikeR -j4", "--environment-overrides --no-builtin-variables"),
        ("--env", "--environment-overrides"),
        ("kr -Iinc -I /usr/include", "--no-builtin-rules --include-dir=inc --include-dir=/usr/include"),
        (r"--include-dir a\ b", r"--include-dir=a\ b"),
        ("--eval=X=1 -E Y=2", "--eval=X=1 --eval=Y=2"),
        ("X=1", "-- X=1"),
        ("ik -- X=1 Y:=-n", "-- X=1 Y:=-n"),
        (r"n=t -- X=a\ b\\ Y=$$HOME", r"-- n=t X=a\ b\\ Y=$$HOME"),
        ("X=1 -e", "--environment-overrides -- X=1"),
        ("-j X=1", "-- X=1"),
    ],
)
def test_what_changes_what_is_built_stays(text: str, left: str) -> None:
    assert flags(text) == left
    assert flags(left) == left


@pytest.mark.parametrize("text", ["i -Iinc -- X=1 'Y=2", "e -- A=a\\ b B:=$$x", "X=$(Y) Y=1", "rR --eval=Q=4", "k"])
def test_make_understands_what_is_left_as_before(text: str) -> None:
    makefile = "$(info $(X) $(Y) $(A) $(B) $(Q) $(flavor B) $(.INCLUDE_DIRS) $(origin CC) $(origin HOME))\nHOME = x\n"
    said = []
    for value in (text, flags(text) or ""):
        environ = {"PATH": os.environ["PATH"], "HOME": "/", "MAKEFLAGS": value}
        done = subprocess.run(
            ["make", "-s", "-f-", "--eval=.t:;", ".t"],
            input=makefile.encode(),
            env=environ,
            capture_output=True,
            check=True,
        )
        said.append(done.stdout)
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("n", "-n"),
        ("kn -j4 --jobserver-auth=3,4 -- X=1", "-n"),
        ("--just-print", "-n"),
        ("--dry-run", "-n"),
        ("--recon", "-n"),
        ("-t", "-t"),
        ("--touch", "-t"),
        ("q", "-q"),
        ("--question", "-q"),
    ],
)
def test_a_make_that_runs_nothing_for_real_is_refused(text: str, flag: str) -> None:
    with pytest.raises(InputError, match=rf"MAKEFLAGS tells make to run nothing for real \({flag}\)") as caught:
        flags(text)
    assert caught.value.hint is not None
    assert f"leave out {flag};" in caught.value.hint


def test_an_outer_makes_own_variables_go_and_all_else_stays() -> None:
    environ = {
        "PATH": "/bin", "MFLAGS": "-k", "MAKELEVEL": "3", "MAKEOVERRIDES": "x", "MAKE_TERMOUT": "1",
        "MAKE_TERMERR": "1", "MAKE_RESTARTS": "1", "MAKEFILES": "/a.mk", "MAKE": "gmake", "GNUMAKEFLAGS": "e",
        "CARGO_MAKEFLAGS": "-j4 --jobserver-auth=3,4",
    }  # fmt: skip
    assert heeded_environment(environ) == {
        "PATH": "/bin", "MAKEFILES": "/a.mk", "MAKE": "gmake", "GNUMAKEFLAGS": "--environment-overrides",
    }  # fmt: skip
    assert environ["MAKELEVEL"] == "3"


def test_flags_of_a_real_outer_make() -> None:
    done = subprocess.run(
        ["make", "-f-", "-kis", "-j3", "-Iinc", "STAGE=a b $$HOME", "N:=1"],
        input=b"all:\n\t+@printenv MAKEFLAGS\n",
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        check=True,
    )
    left = flags(done.stdout.decode().rstrip("\n"))
    assert left is not None
    options, _, definitions = left.partition(" -- ")
    assert options == "--include-dir=inc"
    assert sorted(definitions.replace("\\ ", "_").split()) == ["N:=1", "STAGE=a_b_$$$$HOME"]
