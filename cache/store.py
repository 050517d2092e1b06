"""The two seams of a cache: blobs by digest, and results by key."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable
from typing import BinaryIO, Protocol

from cache.digest import Digest, Fingerprint
from cache.errors import BlobCorrupt
from cache.folder import Folder
from cache.tree import Tree
from cache.wire import ActionResult

_KEY = re.compile(r"[0-9a-f]{64}")


class Store(Protocol):
    """Content-addressed blobs. Every method may be called from several threads at once.

    Every method may raise StoreUnavailable: the store as a whole is of no use, and the caller goes on without it.
    """

    def missing(self, digests: Iterable[Digest]) -> set[Digest]:
        """Those of `digests` whose blob is not there, or there with another length."""
        ...

    def read(self, digest: Digest, limit: int) -> bytes:
        """The whole blob, checked against its digest.

        Raises:
            BlobMissing: it is not there.
            BlobCorrupt: it is longer than `limit` bytes, or what lay there was something else (and is discarded).
        """
        ...

    def open(self, digest: Digest) -> BinaryIO:
        """The blob as an unchecked stream, which the caller closes and compares with the digest.

        Raises:
            BlobMissing: it is not there.
        """
        ...

    def put_bytes(self, data: bytes, digest: Digest | None = None) -> Digest:
        """Keep `data`; `digest` spares hashing it again where the caller just did."""
        ...

    def put_file(self, path: str, digest: Digest) -> None:
        """Keep the content of the file `path`, which the caller knows as `digest`; not read if already kept.

        Raises:
            ChangedWhileRead: the file holds something else now.
            OSError: the file cannot be read.
        """
        ...

    def discard(self, digest: Digest) -> None:
        """Drop a blob that turned out damaged; without effect where it is not there."""
        ...


class LocalStore(Store):
    """A store whose blobs are files of this machine, so that they can be cloned and linked.

    A base class and no protocol: asking an object whether it meets a protocol takes longer than restoring a small file.
    """

    folder: Folder
    """Where the files lie; further ones that are made of blobs may be kept beside them."""

    @abstractmethod
    def locate(self, digest: Digest) -> str:
        """Absolute path of the blob's file, which may not be there and must not be written to."""
        ...

    @abstractmethod
    def recall(self, tree_digest: Digest) -> Tree | None:
        """A tree of the last hit of the calling thread, which need not be read and decoded again."""
        ...

    @abstractmethod
    def absorb(self, fd: int) -> Fingerprint:
        """Keep the content of an open file, read once from its beginning for both hashes and for the copy."""
        ...


class ActionCache(Protocol):
    """Action results by the key of their action: 64 lower-case hexadecimal digits (else ValueError).

    A damaged or forged result is none.
    """

    def get(self, key: str) -> ActionResult | None:
        """The result, if there is one and every blob that it names is there with the right length.

        Raises:
            StoreUnavailable: the store as a whole is of no use.
        """
        ...

    def put(self, key: str, result: ActionResult) -> None:
        """Keep a result in place of any other; its blobs must be in the store already.

        Raises:
            StoreUnavailable: the store as a whole is of no use.
        """
        ...


def checked_key(key: str) -> str:
    """`key`, if it has the form of one (it becomes part of a path), else ValueError."""
    if _KEY.fullmatch(key) is None:
        raise ValueError(f"not a key of 64 hexadecimal digits: {key!r}")
    return key


def damaged(digest: Digest) -> BlobCorrupt:
    """The error for a blob whose content has another digest."""
    return BlobCorrupt(f"blob {digest.hash} is damaged: its content has another digest")


def check_limit(digest: Digest, limit: int) -> None:
    """Raise BlobCorrupt for a blob that no well-made message of its kind is as long as."""
    if digest.size_bytes > limit:
        raise BlobCorrupt(f"blob {digest.hash} has {digest.size_bytes} bytes, more than the {limit} expected at most")
