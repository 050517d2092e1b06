"""What every store and action cache does, whatever it keeps its blobs in.

A new implementation joins by a row in `FACTORIES`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from cache.completeness import read_tree
from cache.digest import Digest, digest_bytes
from cache.disk import DiskStore
from cache.errors import BlobCorrupt, BlobMissing, ChangedWhileRead
from cache.ingest import ingest
from cache.materialise import materialise
from cache.memory import MemoryStore
from cache.store import ActionCache, Store
from cache.wire import ActionResult, OutputDirectory, OutputFile
from tests.cache.samples import LARGE, listing, write_artifact


class Both(Store, ActionCache, Protocol):
    """A store that keeps results too."""


FACTORIES: dict[str, Callable[[Path], Both]] = {
    "memory": lambda _: MemoryStore(),
    "disk": lambda folder: DiskStore(str(folder / "store")),
}
KEY, OTHER_KEY = "0a" * 32, "ff" * 32
LIMIT = 1 << 30


@pytest.fixture(params=FACTORIES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Both:
    return FACTORIES[request.param](tmp_path)


@pytest.mark.parametrize("data", [b"", b"hello", LARGE])
def test_bytes_come_back(store: Store, data: bytes) -> None:
    digest = store.put_bytes(data)
    assert digest == digest_bytes(data)
    assert store.read(digest, LIMIT) == data
    with store.open(digest) as blob:
        assert blob.read() == data


def test_bytes_may_come_with_their_digest(store: Store) -> None:
    digest = digest_bytes(b"known")
    assert store.put_bytes(b"known", digest) == digest
    assert store.read(digest, LIMIT) == b"known"


@pytest.mark.parametrize("data", [b"", b"hello", LARGE])
def test_a_file_comes_back(store: Store, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    store.put_file(str(tmp_path / "file"), digest_bytes(data))
    assert store.read(digest_bytes(data), LIMIT) == data


def test_keeping_the_same_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    digest = store.put_bytes(b"same")
    store.put_bytes(b"same")
    store.put_file(str(tmp_path / "not there: never read"), digest)
    assert store.read(digest, LIMIT) == b"same"


@pytest.mark.parametrize("data", [b"new", LARGE + b"new"])
def test_a_file_that_changed_meanwhile_is_not_kept_under_its_old_name(
    store: Store, tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(ChangedWhileRead, match="file"):
        store.put_file(str(tmp_path / "file"), digest_bytes(b"old"))
    assert store.missing([digest_bytes(b"old")]) == {digest_bytes(b"old")}


def test_a_file_that_cannot_be_read_is_the_callers_error(store: Store, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.put_file(str(tmp_path / "none"), digest_bytes(b"x"))


def test_what_is_missing_is_told(store: Store) -> None:
    here, absent = store.put_bytes(b"here"), digest_bytes(b"absent")
    other_size = Digest(here.hash, here.size_bytes + 1)
    assert store.missing([here, absent, other_size]) == {absent, other_size}
    assert store.missing([]) == set()


def test_a_missing_blob_is_an_error(store: Store) -> None:
    with pytest.raises(BlobMissing):
        store.read(digest_bytes(b"absent"), LIMIT)
    with pytest.raises(BlobMissing):
        store.open(digest_bytes(b"absent"))


def test_a_blob_beyond_the_limit_is_refused(store: Store) -> None:
    digest = store.put_bytes(b"12345")
    assert store.read(digest, 5) == b"12345"
    with pytest.raises(BlobCorrupt, match="more than"):
        store.read(digest, 4)
    assert not store.missing([digest])


def test_a_discarded_blob_is_gone_and_can_be_kept_again(store: Store) -> None:
    digest = store.put_bytes(b"x")
    store.discard(digest)
    assert store.missing([digest]) == {digest}
    store.discard(digest)
    store.put_bytes(b"x")
    assert store.read(digest, LIMIT) == b"x"


def test_results_come_back_by_key(store: Both) -> None:
    log = store.put_bytes(b"log")
    result = ActionResult(exit_code=0, stdout_digest=log, execution_start_ns=1, execution_completed_ns=2)
    store.put(KEY, result)
    assert store.get(KEY) == result
    assert store.get(OTHER_KEY) is None


def test_a_result_is_replaced(store: Both) -> None:
    store.put(KEY, ActionResult(execution_start_ns=1))
    store.put(KEY, ActionResult(execution_start_ns=2))
    assert store.get(KEY) == ActionResult(execution_start_ns=2)


@pytest.mark.parametrize("key", ["", "a" * 63, "A" * 64, "../" + "a" * 61, "a" * 64 + "\n", "a/" * 32])
def test_a_key_that_is_none_is_a_mistake_of_the_caller(store: Both, key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        store.get(key)
    with pytest.raises(ValueError, match="key"):
        store.put(key, ActionResult())


ABSENT = digest_bytes(b"absent")


@pytest.mark.parametrize(
    "result",
    [
        ActionResult(stdout_digest=ABSENT),
        ActionResult(stderr_digest=ABSENT),
        ActionResult(output_files=(OutputFile("f", ABSENT),)),
        ActionResult(output_directories=(OutputDirectory("d", ABSENT),)),
    ],
)
def test_a_result_with_a_missing_blob_is_no_hit(store: Both, result: ActionResult) -> None:
    store.put(KEY, result)
    assert store.get(KEY) is None


def keep_artifact(store: Both, source: Path) -> ActionResult:
    write_artifact(source)
    found = ingest(str(source), store)
    result = ActionResult(output_directories=(OutputDirectory("", found.tree_digest, found.root_digest),))
    store.put(KEY, result)
    return result


def test_an_artifact_comes_back(store: Both, tmp_path: Path) -> None:
    result = keep_artifact(store, tmp_path / "made")
    assert store.get(KEY) == result
    tree = read_tree(store, result.output_directories[0].tree_digest)
    materialise(tree, str(tmp_path / "restored"), store)
    assert listing(tmp_path / "restored") == listing(tmp_path / "made")


def test_a_result_is_a_hit_only_while_every_file_of_its_tree_is_there(store: Both, tmp_path: Path) -> None:
    result = keep_artifact(store, tmp_path / "made")
    tree = read_tree(store, result.output_directories[0].tree_digest)
    digests = {entry.digest for entry in tree.entries if entry.digest is not None}
    for digest in digests:
        data = store.read(digest, LIMIT)
        store.discard(digest)
        assert store.get(KEY) is None
        store.put_bytes(data)
        assert store.get(KEY) == result


def test_a_result_whose_tree_is_no_tree_is_no_hit(store: Both) -> None:
    store.put(KEY, ActionResult(output_directories=(OutputDirectory("d", store.put_bytes(b"\xff\xff")),)))
    assert store.get(KEY) is None


def test_threads_share_a_store(store: Both) -> None:
    payloads = [bytes([n]) * (n * 5000) for n in range(40)]
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for payload in payloads:
                digest = store.put_bytes(payload)
                assert store.read(digest, LIMIT) == payload
                store.put(KEY, ActionResult(stdout_digest=digest))
                assert store.get(KEY) is not None
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert not store.missing([digest_bytes(payload) for payload in payloads])
