"""Programs that a build depends on: make's version, remembered by the binary's stat, and declared tools' output."""

from __future__ import annotations

import hashlib
import os
import subprocess

from cache.snapshot import key_of
from engine.errors import InputError
from engine.make.invocation import make_version
from engine.plan.trace import Trace

_TIME_LIMIT_S = 60


def known_make_version(trace: Trace, make: str) -> str:
    """`make_version(make)`, asked again only when the binary changed."""
    status = key_of(os.stat(make))
    known = trace.tools.get(make)
    if known is not None and known[0] == status:
        return str(known[1])
    version = make_version(make)
    trace.tools[make] = (status, version)
    trace.changed = True
    return version


class ToolOutput:
    """What the command lines of `BuildProperties.Tools` print, each run once in a build."""

    def __init__(self, environ: dict[str, str], cwd: str) -> None:
        self._environ = environ
        self._cwd = cwd
        self._digests: dict[str, str] = {}

    def __call__(self, command: str) -> str:
        """Hex SHA-256 of what `command` prints to stdout and stderr.

        Raises:
            InputError: when it fails or takes over a minute.
        """
        if command not in self._digests:
            self._digests[command] = self._run(command)
        return self._digests[command]

    def _run(self, command: str) -> str:
        try:
            done = subprocess.run(
                ["/bin/sh", "-c", command],
                cwd=self._cwd,
                env=self._environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_TIME_LIMIT_S,
            )
        except subprocess.TimeoutExpired:
            raise _failed(command, f"it took over {_TIME_LIMIT_S} seconds") from None
        if done.returncode != 0:
            last = done.stdout.decode(errors="replace").strip().rpartition("\n")[2]
            raise _failed(command, f"exit code {done.returncode}: {last}")
        return hashlib.sha256(done.stdout).hexdigest()


def _failed(command: str, why: str) -> InputError:
    return InputError(
        f"The tool `{command}` does not say its version",
        rows=(("declared in", "BuildProperties.Tools"), ("why", why)),
        hint="install it, or take the line out of BuildProperties.Tools",
    )
