"""Programs that a build depends on: make's version, remembered by the binary's stat, and declared tools' output."""

from __future__ import annotations

import hashlib
import os

from cache.snapshot import key_of
from engine.errors import InputError
from engine.make.child import LIMIT_BYTES, Runner, listen
from engine.make.invocation import make_version
from engine.plan.trace import Trace

_TIME_LIMIT_S = 60
_TAIL_BYTES = 4096


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

    def __init__(self, run: Runner, environ: dict[str, str], cwd: str) -> None:
        """`run` is what runs them."""
        self._runner = run
        self._environ = environ
        self._cwd = cwd
        self._digests: dict[str, str] = {}

    def __call__(self, command: str) -> str:
        """Hex SHA-256 of what `command` prints to stdout and stderr.

        Raises:
            InputError: when it fails, takes over a minute or prints without end.
            Interrupted: when the build was interrupted.
        """
        if command not in self._digests:
            self._digests[command] = self._run(command)
        return self._digests[command]

    def _run(self, command: str) -> str:
        printed = _Printed()
        ended = listen(
            self._runner,
            ("/bin/sh", "-c", command),
            cwd=self._cwd,
            environ=self._environ,
            timeout_s=_TIME_LIMIT_S,
            hear=printed.add,
        )
        if ended.too_much:
            raise _failed(command, f"it prints more than {LIMIT_BYTES >> 20} MiB")
        if ended.timed_out:
            raise _failed(command, f"it took over {_TIME_LIMIT_S} seconds")
        if ended.code != 0:
            last = printed.tail.decode(errors="replace").strip().rpartition("\n")[2]
            raise _failed(command, f"exit code {ended.code}: {last}")
        return printed.digest.hexdigest()


class _Printed:
    """The digest of what a command prints, and the end of it."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.tail = b""

    def add(self, chunk: bytes) -> None:
        self.digest.update(chunk)
        self.tail = (self.tail + chunk)[-_TAIL_BYTES:]


def _failed(command: str, why: str) -> InputError:
    return InputError(
        f"The tool `{command}` does not say its version",
        rows=(("declared in", "BuildProperties.Tools"), ("why", why)),
        hint="let it print a version and end, or take the line out of BuildProperties.Tools",
    )
