"""File systems that only this process and its children see: read-only ones, small ones, ones of whole seconds."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

_NEW_MOUNTS = 0x00020000  # CLONE_NEWNS of unshare(2)
_TRIAL = "from tests.torture.mounts import Mounts; Mounts.begin()"


def cannot_mount() -> str:
    """Why this process may have no mounts of its own; empty where it may."""
    done = subprocess.run([sys.executable, "-c", _TRIAL], cwd=Path(__file__).parents[2], capture_output=True, text=True)
    return done.stderr.strip().rpartition("\n")[2]


class Mounts:
    """Mounts that are taken off by `close`, newest first."""

    def __init__(self) -> None:
        self._places: list[str] = []

    @staticmethod
    def begin() -> None:
        """Go into a mount namespace of one's own, for good.

        Raises:
            OSError: that needs the rights of root.
        """
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_NEW_MOUNTS):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), "unshare")
        _run("mount", "--make-rprivate", "/")

    def small(self, place: Path, size_bytes: int) -> Path:
        """An empty file system with room for so many bytes."""
        return self._mount(place, "-t", "tmpfs", "-o", f"size={size_bytes}", "none")

    def read_only(self, place: Path) -> Path:
        """`place` itself, as nobody may write it, root included."""
        self._mount(place, "--bind", str(place))
        _run("mount", "-o", "remount,ro,bind", str(place))
        return place

    def of_whole_seconds(self, place: Path, image: Path) -> Path:
        """An ext2 file system with inodes too small for fractions of a second, in the file `image`."""
        image.write_bytes(b"")
        os.truncate(image, 64 << 20)
        _run("mkfs.ext2", "-q", "-I", "128", "-b", "1024", str(image))
        return self._mount(place, "-o", "loop", str(image))

    def _mount(self, place: Path, *words: str) -> Path:
        place.mkdir(parents=True, exist_ok=True)
        _run("mount", *words, str(place))
        self._places.append(str(place))
        return place

    def close(self) -> None:
        """Take them off."""
        while self._places:
            _run("umount", self._places.pop())


def _run(*command: str) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
