from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from engine.make.jobserver import Ends, outer_pool, sharing_environment


@pytest.mark.parametrize(
    ("flags", "pool"),
    [
        ("", None),
        ("-k -j4", None),
        (" -j4 --jobserver-auth=3,4", Ends(3, 4)),
        ("w -j --jobserver-fds=3,4 --jobserver-auth=5,6", Ends(5, 6)),
        ("--jobserver-fds=3,4 -j", Ends(3, 4)),
        (" -j4 --jobserver-auth=fifo:/tmp/GMfifo12", "/tmp/GMfifo12"),
        (" -j4 --jobserver-auth=3,4 -- X=1 Y=--jobserver-auth=5,6", Ends(3, 4)),
        ("-- --jobserver-auth=5,6", None),
        (" -j4 --jobserver-auth=-2,-2", None),
        (" -j4 --jobserver-auth=3", None),
        (" -j4 --jobserver-auth=a,b", None),
        ("-- X=--jobserver-auth=3,4", None),
    ],
)
def test_the_pool_of_an_outer_make(flags: str, pool: Ends | str | None) -> None:
    assert outer_pool({"MAKEFLAGS": flags}) == pool


def test_no_flags_name_no_pool() -> None:
    assert outer_pool({"PATH": "/bin"}) is None


@pytest.mark.parametrize("given", [[], ["X=1"], ["X=a b", "-k"]])
def test_what_a_real_make_says_of_its_pool(given: list[str], tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text('all:\n\t+@printf %s "$$MAKEFLAGS"\n')
    command = ["env", "-u", "MAKEFLAGS", "make", "-C", str(tmp_path), "--no-print-directory", "-j3", *given]
    flags = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    assert isinstance(outer_pool({"MAKEFLAGS": flags}), Ends | str)


def test_only_cargo_is_told() -> None:
    environ = {"PATH": "/bin", "MAKEFLAGS": "--no-builtin-rules", "CARGO_MAKEFLAGS": "-j2"}
    assert sharing_environment(environ, 4, cargo=Ends(64, 65), make=None) == {
        "PATH": "/bin",
        "MAKEFLAGS": "--no-builtin-rules",
        "CARGO_MAKEFLAGS": "-j4 --jobserver-fds=64,65 --jobserver-auth=64,65",
    }


@pytest.mark.parametrize(("flags", "rest"), [(None, ""), ("", ""), ("--eval=x -- A=1", " --eval=x -- A=1")])
def test_make_is_told_beside_the_flags_that_it_has(flags: str | None, rest: str) -> None:
    environ = {} if flags is None else {"MAKEFLAGS": flags}
    shared = sharing_environment(environ, 4, cargo=Ends(64, 65), make=Ends(66, 67))
    assert shared["MAKEFLAGS"] == "-j4 --jobserver-fds=66,67 --jobserver-auth=66,67" + rest
    assert shared["CARGO_MAKEFLAGS"] == "-j4 --jobserver-fds=64,65 --jobserver-auth=64,65"
