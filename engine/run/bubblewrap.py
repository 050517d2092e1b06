"""bubblewrap: whether it is there and works, and how it is put around a command."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cache.snapshot import key_of
from engine.run.command import Command

_TIME_LIMIT_S = 20
_KERNEL = (
    "/proc/sys/kernel/random/boot_id",
    "/proc/sys/user/max_user_namespaces",
    "/proc/sys/kernel/unprivileged_userns_clone",
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
)
"""Files of Linux, Debian and Ubuntu by whose content it can be told that namespaces may be allowed now or no longer."""

State = tuple[str | tuple[int, ...], ...]


class Bubblewrap(NamedTuple):
    """The programs of a sandbox, by their absolute paths."""

    bwrap: str
    env: str
    """GNU env, which sets how signals are taken."""

    def around(self, command: Command, mounts: Sequence[str], cwd: str) -> Command:
        """`command` in the sandbox that `mounts` (`Mounts.arguments`) describe, in the folder `cwd`.

        It sees no difference but in the file system: same group, session, descriptors, network and environment.
        bubblewrap stays as its parent, passes on how it ended, and ends it when it is itself killed or the engine is.
        A request to end (SIGTERM) goes to all of the group; bubblewrap must not heed it before what it waits for has.
        """
        pwd = command.environ.get("PWD")  # which bubblewrap sets; `$(PWD)` in a makefile is the caller's
        argv = (
            *("env", "--block-signal=TERM", self.bwrap, "--die-with-parent", *mounts, "--chdir", cwd),
            *("--", self.env, "--default-signal=TERM", *(("-u", "PWD") if pwd is None else (f"PWD={pwd}",))),
            *(_name(command), *command.argv[1:]),
        )
        return Command(self.env, argv, command.environ)

    def state(self) -> State:
        """What decides whether it works: where any of it changes, `refusal` may change."""
        system = os.uname()
        binaries = (key_of(os.stat(self.bwrap)), key_of(os.stat(self.env)))
        return (*binaries, system.release, system.version, str(os.geteuid()), *map(_text, _KERNEL))

    def refusal(self, mounts: Sequence[str]) -> str | None:
        """Why a sandbox of such mounts cannot be made on this machine, in the program's words; None: it can."""
        plain = Command("/bin/sh", ("/bin/sh", "-c", ":"), dict(os.environ))
        command = self.around(plain, mounts, "/")
        try:
            done = subprocess.run(
                command.argv,
                executable=command.executable,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TIME_LIMIT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if done.returncode == 0:
            return None
        return done.stderr.decode(errors="replace").strip().partition("\n")[0] or f"exit code {done.returncode}"


def find_bubblewrap(environ: Mapping[str, str]) -> Bubblewrap | None:
    """The programs on PATH; None where one is missing."""
    path = environ.get("PATH", os.defpath)
    bwrap, env = shutil.which("bwrap", path=path), shutil.which("env", path=path)
    return None if bwrap is None or env is None else Bubblewrap(os.path.abspath(bwrap), os.path.abspath(env))


def _name(command: Command) -> str:
    """How the program is named to `env`: as it is to see itself named, where PATH leads to it, else by its path.

    A relative folder of PATH leads elsewhere from the folder that the command runs in.
    """
    folders = command.environ.get("PATH", os.defpath).split(os.pathsep)
    return command.argv[0] if os.path.dirname(command.executable) in folders else command.executable


def _text(path: str) -> str:
    try:
        with open(path, encoding="ascii", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""
