"""Hard links to files of the store: a pool that holds a blob once for each mode it is used with.

The pool is apart from the blobs because a mode belongs to the file that all links share, and because a link can be
written through: what happens to an artifact may damage the pool, which is compared at each use, never a blob.
"""

from __future__ import annotations

import errno
import os

from cache.copier import Copier, Placed
from cache.digest import Digest, Fingerprint, fingerprint_file
from cache.errors import BlobCorrupt, StoreUnavailable
from cache.folder import open_entry, unlink
from cache.statkey import stat_key
from cache.store import LocalStore
from cache.tree import MODE_BITS

FOLDER = "links"
_ATTEMPTS = 3


class LinkPool:
    """Places files as links into the pool; where that cannot be (another file system, too many links), as copies."""

    def __init__(self, store: LocalStore) -> None:
        self._folder = store.folder
        self._copier = Copier(store, clones=True)
        self._usable = True

    def place(self, digest: Digest, mode: int, name: str, directory_fd: int | None) -> Placed:
        """See Copier.place."""
        if self._usable and mode & 0o400 and not mode & 0o7000:
            for _ in range(_ATTEMPTS):
                placed = self._link(digest, mode, name, directory_fd)
                if placed is not None:
                    return placed
        return self._copier.place(digest, mode, name, directory_fd)

    def _path(self, digest: Digest, mode: int) -> str:
        return f"{self._folder.root}/{FOLDER}/{mode:04o}/{digest.hash[:2]}/{digest.hash}"

    def _link(self, digest: Digest, mode: int, name: str, directory_fd: int | None) -> Placed | None:
        """Link a sound file of the pool, or mend the pool so that the next attempt finds one."""
        path = self._path(digest, mode)
        found = _check(path, digest, mode)
        if found is None:
            self._fill(path, digest, mode)
            return None
        try:
            os.link(path, name, dst_dir_fd=directory_fd, follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._give_up(error, path)
            return None
        status = os.stat(name, dir_fd=directory_fd, follow_symlinks=False)
        if status.st_ino == found.key[3]:
            return Placed(stat_key(status), found.fingerprint)
        os.unlink(name, dir_fd=directory_fd)  # another process mended the pool between check and link
        return None

    def _give_up(self, error: OSError, path: str) -> None:
        if error.errno == errno.EMLINK:
            unlink(path)  # the next attempt starts a new file, with its own count of links
        elif error.errno in (errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP):
            self._usable = False
        else:
            raise error

    def _fill(self, path: str, digest: Digest, mode: int) -> None:
        temp = self._folder.temporary_path()
        try:
            self._folder.prepare()
            self._copier.place(digest, mode, temp, None)
            self._folder.publish(temp, path, digest.size_bytes)
        except (StoreUnavailable, OSError):
            self._usable = False
        finally:
            unlink(temp)


def _check(path: str, digest: Digest, mode: int) -> Placed | None:
    """The pool's file, if it is there with the right content and mode."""
    try:
        fd = open_entry(path)
    except (BlobCorrupt, OSError):
        return None
    try:
        status = os.fstat(fd)
        if status.st_size != digest.size_bytes or status.st_mode & MODE_BITS != mode:
            return None
        fingerprint: Fingerprint = fingerprint_file(fd)
    finally:
        os.close(fd)
    return Placed(stat_key(status), fingerprint) if fingerprint.digest == digest else None
