"""Digests: both hashes agree with their definitions, however long the file is."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
import xxhash

from cache.digest import CHUNK_BYTES, EMPTY, Digest, Hasher, digest_bytes, fingerprint_bytes, fingerprint_file


@pytest.mark.parametrize("size_bytes", [0, 1, 4096, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 7])
def test_a_file_is_named_by_sha256_and_told_by_xxh3(tmp_path: Path, size_bytes: int) -> None:
    data = os.urandom(size_bytes)
    (tmp_path / "file").write_bytes(data)

    fingerprint = fingerprint_file(str(tmp_path / "file"))

    assert fingerprint.digest == Digest(hashlib.sha256(data).hexdigest(), size_bytes)
    assert fingerprint.xxh3 == xxhash.xxh3_128_hexdigest(data)
    assert fingerprint == fingerprint_bytes(data)


def test_an_open_file_is_read_from_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"head and tail")
    with (tmp_path / "file").open("rb", buffering=0) as file:
        file.seek(5)
        assert fingerprint_file(file.fileno()) == fingerprint_bytes(b"and tail")


def test_pieces_hash_as_the_whole() -> None:
    hasher = Hasher()
    for piece in (b"one ", b"", memoryview(b"two")):
        hasher.update(piece)
    assert hasher.fingerprint() == fingerprint_bytes(b"one two")
    assert hasher.size_bytes == 7


def test_no_bytes_have_the_well_known_digest() -> None:
    assert digest_bytes(b"") == EMPTY
    assert EMPTY.hash == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_file_that_is_not_there_is_the_callers_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        fingerprint_file(str(tmp_path / "none"))
