"""What a command line says of a version, asked as the engine asks the lines of `Tools`, once for all targets."""

from __future__ import annotations

from threading import Lock

from engine.make.child import Runner, listen

_TIME_LIMIT_S = 20
_ENOUGH_BYTES = 4096


class Versions:
    """First lines of what command lines print, by command line. For several threads."""

    def __init__(self, run: Runner, environ: dict[str, str], cwd: str) -> None:
        self._run = run
        self._environ = environ
        self._cwd = cwd
        self._known: dict[str, str | None] = {}
        self._lock = Lock()

    def __call__(self, command: str) -> str | None:
        """The first line that is not empty; None where the command fails or says nothing.

        Raises:
            Interrupted: when the audit was interrupted.
        """
        with self._lock:
            if command not in self._known:
                self._known[command] = self._ask(command)
            return self._known[command]

    def _ask(self, command: str) -> str | None:
        heard: list[bytes] = []
        try:
            ended = listen(
                self._run,
                ("/bin/sh", "-c", command),
                cwd=self._cwd,
                environ=self._environ,
                timeout_s=_TIME_LIMIT_S,
                hear=heard.append,
            )
        except OSError:
            return None
        if ended.code != 0 or ended.timed_out or ended.too_much:
            return None
        lines = b"".join(heard)[:_ENOUGH_BYTES].decode(errors="replace").splitlines()
        return next((line.strip() for line in lines if line.strip()), None)
