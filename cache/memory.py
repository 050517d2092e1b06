"""A store and action cache in memory."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from typing import BinaryIO

from cache.completeness import is_complete
from cache.digest import Digest, digest_bytes
from cache.errors import BlobMissing, ChangedWhileRead
from cache.store import check_limit, checked_key
from cache.wire import ActionResult, decode_action_result, encode_action_result


class MemoryStore:
    """A Store and ActionCache that last as long as the process."""

    def __init__(self) -> None:
        self._blobs: dict[Digest, bytes] = {}
        self._results: dict[str, bytes] = {}

    def missing(self, digests: Iterable[Digest]) -> set[Digest]:
        """See Store."""
        return {digest for digest in digests if digest not in self._blobs}

    def read(self, digest: Digest, limit: int) -> bytes:
        """See Store."""
        check_limit(digest, limit)
        return self._blob(digest)

    def open(self, digest: Digest) -> BinaryIO:
        """See Store."""
        return io.BytesIO(self._blob(digest))

    def _blob(self, digest: Digest) -> bytes:
        try:
            return self._blobs[digest]
        except KeyError:
            raise BlobMissing(f"blob {digest.hash} is not in the store") from None

    def put_bytes(self, data: bytes, digest: Digest | None = None) -> Digest:
        """See Store."""
        digest = digest or digest_bytes(data)
        self._blobs[digest] = bytes(data)
        return digest

    def put_file(self, path: str, digest: Digest) -> None:
        """See Store."""
        if digest in self._blobs:
            return
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        with os.fdopen(fd, "rb") as file:
            data = file.read()
        if digest_bytes(data) != digest:
            raise ChangedWhileRead(f"{path} changed while it was being recorded")
        self._blobs[digest] = data

    def discard(self, digest: Digest) -> None:
        """See Store."""
        self._blobs.pop(digest, None)

    def get(self, key: str) -> ActionResult | None:
        """See ActionCache."""
        data = self._results.get(checked_key(key))
        if data is None:
            return None
        result = decode_action_result(data)
        return result if is_complete(result, self) else None

    def put(self, key: str, result: ActionResult) -> None:
        """See ActionCache."""
        self._results[checked_key(key)] = encode_action_result(result)
