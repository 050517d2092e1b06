"""Moving a directory by a rename, or by a copy where its modes or a mount forbid the rename."""

from __future__ import annotations

import errno
import os
import stat

from engine.run.removal import remove_tree


def move_tree(source: str, destination: str, growing: str | None = None) -> None:
    """Put the directory, file or link `source` where nothing is yet.

    By one rename, except where `destination` lies on another file system, or `source` in a lower layer of an overlay,
    as in a container whose image was built with artifacts: then it is copied, and removed when the copy is whole.
    With `growing`, a folder on the destination's file system, the copy appears at `destination` only when it is whole.

    Raises:
        OSError: when it cannot be moved.
    """
    try:
        rename(source, destination)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(source, destination, growing)
        remove_tree(source)


def rename(source: str, destination: str) -> None:
    """Rename, also a directory whose mode forbids it, since that writes its `..`; its mode is the same afterwards.

    Raises:
        OSError: when it cannot be renamed.
    """
    try:
        os.rename(source, destination)
    except PermissionError:
        status = os.lstat(source)
        if not stat.S_ISDIR(status.st_mode) or status.st_mode & stat.S_IWUSR:
            raise
        mode = stat.S_IMODE(status.st_mode)
        os.chmod(source, mode | stat.S_IWUSR)
        os.rename(source, destination)
        os.chmod(destination, mode)


def _copy(source: str, destination: str, growing: str | None) -> None:
    import shutil
    import tempfile

    place = os.path.join(tempfile.mkdtemp(dir=growing), "it") if growing else destination
    if os.path.isdir(source) and not os.path.islink(source):
        shutil.copytree(source, place, symlinks=True)
    else:
        shutil.copy2(source, place, follow_symlinks=False)
    if place != destination:
        rename(place, destination)
