from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from select import select
from typing import Any

import pytest

from engine.run.bubblewrap import Bubblewrap, find_bubblewrap
from engine.run.command import Command
from engine.run.memory import maximum_resident_bytes
from engine.run.mounts import Mounts
from engine.run.process import Processes
from tests.run.bubblewraps import refusing
from tests.run.processes import Witness

_SHELL = "/bin/sh"
_PATH = os.environ["PATH"]
AS_IT_IS = ("--dev-bind", "/", "/")


def shell(bubblewrap: Bubblewrap, script: str, cwd: str = "/", **environ: str) -> Command:
    """A shell in a sandbox in which all is as it is."""
    return bubblewrap.around(Command(_SHELL, (_SHELL, "-c", script), {"PATH": _PATH, **environ}), AS_IT_IS, cwd)


def started(command: Command, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command.argv, executable=command.executable, env=command.environ, text=True, stdout=subprocess.PIPE, **options
    )


def ended(command: Command, **options: Any) -> tuple[int, str]:
    """(exit code, standard output) of a command that is run to its end."""
    with started(command, **options) as process:
        output, _ = process.communicate(timeout=60)
    return process.returncode, output


def test_the_environment_is_the_callers(bubblewrap: Bubblewrap) -> None:
    code, output = ended(shell(bubblewrap, "exec env", PWD="/elsewhere", A="1 2"))
    assert code == 0
    assert set(output.splitlines()) >= {f"PATH={_PATH}", "A=1 2"}
    assert {line.partition("=")[0] for line in output.splitlines()} <= {"PATH", "A", "PWD", "OLDPWD", "_", "SHLVL"}


@pytest.mark.parametrize(("environ", "pwd"), [({"PWD": "/elsewhere"}, "/elsewhere"), ({}, "")])
def test_make_sees_its_name_and_the_callers_pwd(
    bubblewrap: Bubblewrap, tmp_path: Path, environ: dict[str, str], pwd: str
) -> None:
    (tmp_path / "Makefile").write_text("all:\n\t@echo '$(MAKE) [$(PWD)]' $(CURDIR)\n")
    plain = Command("/usr/bin/make", ("make", "all"), {"PATH": _PATH, **environ})
    assert ended(bubblewrap.around(plain, AS_IT_IS, str(tmp_path))) == (0, f"make [{pwd}] {tmp_path}\n")


@pytest.mark.parametrize(("script", "code"), [("exit 7", 7), ("kill -KILL $$", 137), ("kill -TERM $$", 143)])
def test_how_it_ended_is_passed_on(bubblewrap: Bubblewrap, script: str, code: int) -> None:
    assert ended(shell(bubblewrap, script))[0] == code


def test_group_session_and_descriptors_are_those_of_the_caller(bubblewrap: Bubblewrap, tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    script = f"echo there > /proc/$$/fd/{descriptor}; cut -d' ' -f5,6 /proc/$$/stat"
    _, output = ended(shell(bubblewrap, script), pass_fds=(descriptor,))
    os.close(descriptor)
    assert output.split() == [str(os.getpgid(0)), str(os.getsid(0))]
    assert (tmp_path / "file").read_text() == "there\n"


def test_who_is_asked_to_end_may_finish_first(bubblewrap: Bubblewrap, tmp_path: Path) -> None:
    for name in ("ready", "hold", "cleaning", "go"):
        os.mkfifo(tmp_path / name)
    cleaning = os.open(tmp_path / "cleaning", os.O_RDONLY | os.O_NONBLOCK)
    trap = "trap 'echo > cleaning; read line < go; exit 3' TERM"
    script = f"{trap}; echo > ready; exec 3<> hold; while :; do read line <&3; done"
    with started(shell(bubblewrap, script, str(tmp_path)), start_new_session=True) as process:
        (tmp_path / "ready").read_text()
        os.killpg(process.pid, signal.SIGTERM)
        assert select([cleaning], [], [], 20)[0], "it was ended before it could clean up"
        assert process.poll() is None
        (tmp_path / "go").write_text("\n")
        assert process.wait(timeout=60) == 3
    os.close(cleaning)


def test_nothing_outlives_whoever_started_it(bubblewrap: Bubblewrap, tmp_path: Path, witness: Witness) -> None:
    os.mkfifo(tmp_path / "ready")
    command = shell(bubblewrap, f"{witness.hold}; echo > {tmp_path}/ready; exec sleep 600")
    starter = "import sys, subprocess; subprocess.run(sys.argv[2:], executable=sys.argv[1])"
    argv = [sys.executable, "-c", starter, command.executable, *command.argv]
    with subprocess.Popen(argv, env=command.environ) as process:
        (tmp_path / "ready").read_text()
        process.kill()
    assert witness.all_ended()


def test_the_peak_of_memory_is_seen_from_outside(bubblewrap: Bubblewrap) -> None:
    own_bytes = maximum_resident_bytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    size_bytes = own_bytes + (100 << 20)  # less than this process had could not be told from it
    command = shell(bubblewrap, f"{sys.executable} -S -c 'bytearray(b\"x\" * {size_bytes})'")
    exit_ = Processes().run(
        command.argv, executable=command.executable, cwd="/", environ=command.environ, output=1, timeout_s=60
    )
    assert exit_.code == 0
    assert exit_.peak_bytes > size_bytes


def test_it_works_here(bubblewrap: Bubblewrap) -> None:
    assert bubblewrap.refusal(Mounts().arguments()) is None


def test_why_it_does_not_work_is_told_in_its_words(bubblewrap: Bubblewrap, tmp_path: Path) -> None:
    refusing(tmp_path, {}, "bwrap: No permissions to create a new namespace")
    other = bubblewrap._replace(bwrap=f"{tmp_path}/bwrap")
    assert other.refusal(()) == "bwrap: No permissions to create a new namespace"
    assert "/nonexistent" in (bubblewrap.refusal(("--ro-bind", "/nonexistent", "/x")) or "")
    assert bubblewrap._replace(bwrap="/bin/false").refusal(()) == "exit code 1"
    assert "No such file" in (bubblewrap._replace(env=f"{tmp_path}/none").refusal(()) or "")


def test_the_state_is_that_of_program_and_machine(bubblewrap: Bubblewrap, tmp_path: Path) -> None:
    refusing(tmp_path, {})
    other = bubblewrap._replace(bwrap=f"{tmp_path}/bwrap")
    before = other.state()
    assert other.state() == before
    refusing(tmp_path, {}, "in other words")
    assert other.state() != before


def test_where_a_program_is_missing_there_is_none(tmp_path: Path) -> None:
    assert find_bubblewrap({"PATH": str(tmp_path)}) is None
    refusing(tmp_path, {})
    assert find_bubblewrap({"PATH": str(tmp_path)}) is None
    (tmp_path / "env").symlink_to("/usr/bin/env")
    assert find_bubblewrap({"PATH": str(tmp_path)}) == Bubblewrap(f"{tmp_path}/bwrap", f"{tmp_path}/env")


def test_a_program_that_path_does_not_lead_to_is_named_by_its_path(bubblewrap: Bubblewrap) -> None:
    plain = Command("/opt/tools/make", ("make", "goal"), {"PATH": "tools:/usr/bin"})
    assert bubblewrap.around(plain, (), "/").argv[-2:] == ("/opt/tools/make", "goal")
    on_path = plain._replace(environ={"PATH": "/opt/tools:/usr/bin"})
    assert bubblewrap.around(on_path, (), "/").argv[-2:] == ("make", "goal")
