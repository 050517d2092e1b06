"""A store and action cache in a folder, laid out as Bazel's `--disk_cache`: `cas/ab/<sha256>`, `ac/ab/<key>`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from hashlib import sha256
from threading import local
from typing import BinaryIO

from cache.clone import clone, write_all
from cache.completeness import complete_trees
from cache.digest import CHUNK_BYTES, Digest, Fingerprint, Hasher, digest_bytes, fingerprint_bytes, fingerprint_file
from cache.errors import BlobCorrupt, BlobMissing, CacheError, ChangedWhileRead
from cache.folder import Folder, file_size, open_entry, read_all, read_entry, unavailable, unlink
from cache.lease import Lease
from cache.seal import MAX_RESULT_BYTES, seal, unseal
from cache.store import LocalStore, check_limit, checked_key, damaged
from cache.tree import Tree
from cache.wire import ActionResult, decode_action_result, encode_action_result

BLOB_MODE = 0o444


def default_root(environ: Mapping[str, str]) -> str:
    """The store's folder where none is given: `$XDG_CACHE_HOME/sam-build-engine/v1`, below `~/.cache` without it."""
    base = environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):  # the XDG specification wants relative ones ignored
        base = os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".cache")
    return os.path.join(base, "sam-build-engine", "v1")


class DiskStore(LocalStore):
    """A Store, LocalStore and ActionCache in the folder `root`, which is made at the first write."""

    def __init__(self, root: str) -> None:
        self.folder = Folder(root)
        self.root = self.folder.root
        self._last_hit = local()

    def locate(self, digest: Digest) -> str:
        """See LocalStore."""
        return f"{self.root}/cas/{digest.hash[:2]}/{digest.hash}"

    def missing(self, digests: Iterable[Digest]) -> set[Digest]:
        """See Store."""
        self.folder.check_version()
        return {digest for digest in digests if file_size(self.locate(digest)) != digest.size_bytes}

    def read(self, digest: Digest, limit: int) -> bytes:
        """See Store."""
        check_limit(digest, limit)
        self.folder.check_version()
        data = read_entry(self.locate(digest), digest.size_bytes)
        if data is None:
            data = self._read(digest)
        if len(data) != digest.size_bytes or sha256(data).hexdigest() != digest.hash:
            self.discard(digest)
            raise damaged(digest)
        return data

    def _read(self, digest: Digest) -> bytes:
        fd = self._open(digest)
        try:
            return read_all(fd, digest.size_bytes + 1)
        except OSError as error:
            raise unavailable(error, self.locate(digest)) from error
        finally:
            os.close(fd)

    def open(self, digest: Digest) -> BinaryIO:
        """See Store."""
        return os.fdopen(self._open(digest), "rb")

    def _open(self, digest: Digest) -> int:
        self.folder.check_version()
        path = self.locate(digest)
        try:
            return open_entry(path)
        except (FileNotFoundError, NotADirectoryError):
            raise BlobMissing(f"blob {digest.hash} is not in the store {self.root}") from None
        except BlobCorrupt:
            unlink(path)
            raise
        except OSError as error:
            raise unavailable(error, path) from error

    def put_bytes(self, data: bytes, digest: Digest | None = None) -> Digest:
        """See Store."""
        digest = digest or digest_bytes(data)
        if not self._has(digest):
            self.folder.write(self.locate(digest), data, BLOB_MODE)
        return digest

    def put_file(self, path: str, digest: Digest) -> None:
        """See Store."""
        if self._has(digest):
            return
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            if self.absorb(fd).digest != digest:
                raise ChangedWhileRead(f"{path} changed while it was being recorded")
        finally:
            os.close(fd)

    def absorb(self, fd: int) -> Fingerprint:
        """See LocalStore.

        Raises:
            OSError: the file cannot be read.
        """
        size_bytes = os.fstat(fd).st_size
        if size_bytes > CHUNK_BYTES:
            return self._absorb_large(fd)
        data = read_all(fd, size_bytes + 1)
        if len(data) > size_bytes:  # it grew
            os.lseek(fd, 0, os.SEEK_SET)
            return self._absorb_large(fd)
        fingerprint = fingerprint_bytes(data)
        self.put_bytes(data, fingerprint.digest)
        return fingerprint

    def _absorb_large(self, fd: int) -> Fingerprint:
        temp_fd, temp = self.folder.temporary_file(BLOB_MODE)
        try:
            try:
                # The clone is what gets hashed: whatever happens to the source, blob and digest agree.
                fingerprint = fingerprint_file(temp) if clone(fd, temp_fd) else self._copy(fd, temp_fd, temp)
            finally:
                os.close(temp_fd)
            if not self._has(fingerprint.digest):
                self.folder.publish(temp, self.locate(fingerprint.digest), fingerprint.digest.size_bytes)
        finally:
            unlink(temp)
        return fingerprint

    def _copy(self, fd: int, temp_fd: int, temp: str) -> Fingerprint:
        hasher = Hasher()
        buffer = memoryview(bytearray(CHUNK_BYTES))
        while size := os.readv(fd, [buffer]):
            hasher.update(buffer[:size])
            try:
                write_all(temp_fd, buffer[:size])
            except OSError as error:
                raise unavailable(error, temp) from error
        return hasher.fingerprint()

    def discard(self, digest: Digest) -> None:
        """See Store."""
        unlink(self.locate(digest))

    def _has(self, digest: Digest) -> bool:
        """Whether a blob need not be written; being asked for counts as a use."""
        path = self.locate(digest)
        try:
            status = os.lstat(path)
        except OSError:
            return False
        is_whole = stat.S_ISREG(status.st_mode) and status.st_size == digest.size_bytes
        return is_whole and self.folder.touch(path, status.st_mtime)

    def get(self, key: str) -> ActionResult | None:
        """See ActionCache."""
        try:
            return self.look_up(key)
        except (BlobCorrupt, BlobMissing):
            return None

    def holds(self, key: str) -> bool:
        """Whether there is something in the place of the result for a key; nothing is read."""
        return os.path.lexists(self.result_path(checked_key(key)))

    def look_up(self, key: str, *, whole: bool = True) -> ActionResult | None:
        """The result that `get` gives, None where there is none; without `whole` its blobs are not looked for.

        Raises:
            BlobCorrupt, BlobMissing: there is one that is refused, and named with its file; a damaged one is removed.
            StoreUnavailable: the store as a whole is of no use.
        """
        self._last_hit.trees = None
        self.folder.check_version()
        path = self.result_path(checked_key(key))
        try:
            return self._result_at(path, key, whole)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise unavailable(error, path) from error
        except BlobCorrupt as error:
            unlink(path)
            raise _refused(path, error) from error
        except BlobMissing as error:
            raise _refused(path, error) from error

    def _result_at(self, path: str, key: str, whole: bool) -> ActionResult | None:
        with os.fdopen(open_entry(path), "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            data = read_all(file.fileno(), min(status.st_size, MAX_RESULT_BYTES) + 1)
        result = decode_action_result(unseal(_bounded(data), key))
        # Touched before its blobs are looked at: a collection that runs now sees the use, or has removed the result.
        if not self.folder.touch(path, status.st_mtime):
            return None
        if whole:
            self._last_hit.trees = complete_trees(result, self)
        return result

    def recall(self, tree_digest: Digest) -> Tree | None:
        """See LocalStore."""
        trees: dict[Digest, Tree] | None = getattr(self._last_hit, "trees", None)
        return trees.get(tree_digest) if trees is not None else None

    def put(self, key: str, result: ActionResult) -> None:
        """See ActionCache."""
        self.folder.write(self.result_path(checked_key(key)), seal(encode_action_result(result), key), 0o644)

    def result_path(self, key: str) -> str:
        """Absolute path of the file that a result is or would be."""
        return f"{self.root}/ac/{key[:2]}/{key}"

    def lease(self) -> Lease:
        """A context manager: what is touched while it is held survives collections by other processes."""
        return Lease(self.folder)


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_RESULT_BYTES:
        raise BlobCorrupt(f"the result is larger than {MAX_RESULT_BYTES} bytes")
    return data


def _refused(path: str, error: CacheError) -> CacheError:
    """`error` with the file that it is about in front, where it does not begin with it."""
    return error if str(error).startswith(path) else type(error)(f"{path}: {error}")
