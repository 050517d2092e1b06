"""A standard stream that never fails a build: when nobody reads it any more, it falls silent."""

from __future__ import annotations

import contextlib
import errno
import io
import os
from typing import TextIO


class QuietStream(io.TextIOBase):
    """Writes to ``stream`` until that breaks (a pipe whose reader left, a terminal that is gone), then to nowhere."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._descriptor = _descriptor(stream)
        self._broken = False
        self.failure: OSError | None = None
        """Why the stream takes nothing any more; None for as long as it does, and where its reader left."""

    def write(self, text: str) -> int:
        """Write ``text``; characters that the stream's encoding lacks come out as escapes."""
        if not self._broken:
            self._guarded(self._encodable(text))
        return len(text)

    def flush(self) -> None:
        """Hand on what is buffered."""
        if not self._broken:
            self._guarded("")

    def isatty(self) -> bool:
        """Say whether the stream is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the file descriptor; it is what a terminal's size is asked of."""
        return self._stream.fileno()

    def columns(self) -> int:
        """Return the width of the terminal, 120 where the stream is none."""
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or 120
        except (OSError, ValueError):
            return 120

    def writable(self) -> bool:
        """Return True: it always takes text."""
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]  # typeshed has a plain attribute here
        """Name of the stream's encoding."""
        return self._stream.encoding

    def _encodable(self, text: str) -> str:
        encoding = self._stream.encoding or "utf-8"
        return text.encode(encoding, "backslashreplace").decode(encoding)

    def _guarded(self, text: str) -> None:
        try:
            self._write(text)
        except (OSError, ValueError) as error:
            self._broken = True
            if isinstance(error, OSError) and error.errno != errno.EPIPE:
                self.failure = error
            discard(self._stream)

    def _write(self, text: str) -> None:
        # A child that shares the terminal may make it non-blocking, which holds for every holder of it; a text
        # stream that meets that in the middle of a write loses the rest.
        if self._descriptor is not None and not os.get_blocking(self._descriptor):
            os.set_blocking(self._descriptor, True)
        self._stream.write(text)
        self._stream.flush()


def _descriptor(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None


def discard(stream: TextIO) -> None:
    """Point the descriptor of a broken stream at nowhere, so that the flush at exit does not complain."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
