"""A store on disk: Bazel's layout, damage found and dropped, uses noted."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cache.completeness import read_tree
from cache.digest import Digest, digest_bytes
from cache.disk import DiskStore, default_root
from cache.errors import BlobCorrupt, BlobMissing, StoreUnavailable
from cache.folder import TOUCH_INTERVAL_S
from cache.seal import seal
from cache.store import LocalStore
from cache.tree import decode_tree
from cache.wire import ActionResult, decode_action_result
from tests.cache.recorded import key, record
from tests.cache.samples import LARGE

KEY = "0a" * 32


def test_the_layout_is_that_of_bazels_disk_cache(store: DiskStore) -> None:
    digest = store.put_bytes(b"blob")
    store.put(KEY, ActionResult(stdout_digest=digest))
    blob = Path(store.root, "cas", digest.hash[:2], digest.hash)
    assert blob.read_bytes() == b"blob"
    assert blob.stat().st_mode & 0o777 == 0o444
    result = Path(store.root, "ac", KEY[:2], KEY)
    assert decode_action_result(result.read_bytes()) == ActionResult(stdout_digest=digest)


def test_a_folder_that_bazel_filled_can_be_read(tmp_path: Path) -> None:
    digest = digest_bytes(b"blob")
    path = tmp_path / "cas" / digest.hash[:2] / digest.hash
    path.parent.mkdir(parents=True)
    path.write_bytes(b"blob")
    assert DiskStore(str(tmp_path)).read(digest, 100) == b"blob"


def test_it_is_a_local_store(store: DiskStore) -> None:
    assert isinstance(store, LocalStore)


def damage(store: DiskStore, digest: Digest, data: bytes) -> None:
    os.unlink(store.locate(digest))
    Path(store.locate(digest)).write_bytes(data)


@pytest.mark.parametrize("data", [b"BLOB", b"blo", b"", b"blob and more"])
def test_a_damaged_blob_is_refused_once_and_then_missing(store: DiskStore, data: bytes) -> None:
    digest = store.put_bytes(b"blob")
    damage(store, digest, data)
    with pytest.raises(BlobCorrupt, match=digest.hash):
        store.read(digest, 100)
    with pytest.raises(BlobMissing):
        store.read(digest, 100)


@pytest.mark.parametrize("data", [b"blo", b"blob and more"])
def test_a_blob_of_the_wrong_length_is_missing_and_written_anew(store: DiskStore, data: bytes) -> None:
    digest = store.put_bytes(b"blob")
    damage(store, digest, data)
    assert store.missing([digest]) == {digest}
    store.put_bytes(b"blob")
    assert store.read(digest, 100) == b"blob"


@pytest.mark.parametrize("data", [b"", b"\xff", bytes(100), seal(b"", KEY)[:-1]])
def test_a_result_that_cannot_be_read_is_a_miss_and_dropped(store: DiskStore, data: bytes) -> None:
    store.put(KEY, ActionResult())
    path = Path(store.root, "ac", KEY[:2], KEY)
    path.write_bytes(data)
    assert store.get(KEY) is None
    assert not path.exists()


def age(path: str, seconds: float) -> float:
    then = os.stat(path).st_mtime - seconds
    os.utime(path, (then, then))
    return then


def test_a_hit_notes_its_use(store: DiskStore) -> None:
    store.put(KEY, ActionResult())
    path = f"{store.root}/ac/{KEY[:2]}/{KEY}"
    then = age(path, 2 * TOUCH_INTERVAL_S)
    assert store.get(KEY) is not None
    assert os.stat(path).st_mtime > then


def test_the_trees_of_a_threads_last_hit_are_at_hand(store: DiskStore) -> None:
    digest = record(store, 1, b"one").output_directories[0].tree_digest
    other = record(store, 2, b"two").output_directories[0].tree_digest
    assert store.recall(digest) is None
    store.get(key(1))
    tree = store.recall(digest)
    assert tree == decode_tree(store.read(digest, 1 << 20))
    assert read_tree(store, digest) is tree
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(store.recall, digest).result() is None
    store.get(key(2))
    assert store.recall(digest) is None
    assert store.recall(other) is not None


def test_keeping_what_is_there_notes_its_use_and_writes_nothing(store: DiskStore, tmp_path: Path) -> None:
    digest = store.put_bytes(LARGE)
    path = store.locate(digest)
    inode = os.stat(path).st_ino
    (tmp_path / "file").write_bytes(LARGE)
    for keep in (lambda: store.put_bytes(LARGE), lambda: store.put_file(str(tmp_path / "file"), digest)):
        then = age(path, 2 * TOUCH_INTERVAL_S)
        keep()
        assert os.stat(path).st_mtime > then
    with (tmp_path / "file").open("rb") as file:
        store.absorb(file.fileno())
    assert os.stat(path).st_ino == inode
    assert os.listdir(f"{store.root}/tmp") == []


@pytest.mark.parametrize("data", [b"", b"small", LARGE])
def test_an_open_file_is_kept_with_both_hashes(store: DiskStore, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    with (tmp_path / "file").open("rb", buffering=0) as file:
        fingerprint = store.absorb(file.fileno())
    assert fingerprint.digest == digest_bytes(data)
    assert store.read(fingerprint.digest, 1 << 30) == data
    assert os.stat(store.locate(fingerprint.digest)).st_mode & 0o777 == 0o444


def test_an_unreadable_folder_makes_the_store_unavailable(bound_dir: Path) -> None:
    store = DiskStore(str(bound_dir / "store"))
    digest = store.put_bytes(b"x")
    store.put(KEY, ActionResult())
    os.chmod(store.locate(digest), 0)
    os.chmod(f"{store.root}/ac/{KEY[:2]}", 0)
    with pytest.raises(StoreUnavailable, match="Permission denied"):
        store.read(digest, 100)
    with pytest.raises(StoreUnavailable, match="Permission denied"):
        store.get(KEY)


def test_a_store_that_may_only_be_read_gives_hits(bound_dir: Path) -> None:
    store = DiskStore(str(bound_dir / "store"))
    digest = store.put_bytes(b"x")
    store.put(KEY, ActionResult(stdout_digest=digest))
    age(f"{store.root}/ac/{KEY[:2]}/{KEY}", 2 * TOUCH_INTERVAL_S)
    for folder in [*(bound_dir / "store").rglob("*"), bound_dir / "store"]:
        if folder.is_dir():
            folder.chmod(0o555)
    reader = DiskStore(store.root)
    assert reader.get(KEY) is not None
    assert reader.read(digest, 100) == b"x"
    with pytest.raises(StoreUnavailable):
        reader.put_bytes(b"new")
    with reader.lease() as lease:
        assert not lease.held


_WRITER = """
import sys
from cache.disk import DiskStore
from cache.tree import decode_tree
from cache.wire import ActionResult
store = DiskStore(sys.argv[1])
for n in range(200):
    digest = store.put_bytes(b"%d " % n * 3000)
    store.put("0a" * 32, ActionResult(stdout_digest=digest))
    assert store.get("0a" * 32) is not None
"""


def test_processes_share_a_store(store: DiskStore) -> None:
    command = [sys.executable, "-c", _WRITER, store.root]
    writers = [subprocess.Popen(command, cwd=Path(__file__).parents[2]) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    digests = [digest_bytes(b"%d " % n * 3000) for n in range(200)]
    assert not store.missing(digests)
    assert os.listdir(f"{store.root}/tmp") == []


@pytest.mark.parametrize(
    ("environ", "root"),
    [
        ({"XDG_CACHE_HOME": "/x", "HOME": "/users/u"}, "/x/sam-build-engine/v1"),
        ({"HOME": "/users/u"}, "/users/u/.cache/sam-build-engine/v1"),
        ({"XDG_CACHE_HOME": "", "HOME": "/users/u"}, "/users/u/.cache/sam-build-engine/v1"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/users/u"}, "/users/u/.cache/sam-build-engine/v1"),
    ],
)
def test_the_default_folder_is_in_the_users_cache_folder(environ: dict[str, str], root: str) -> None:
    assert default_root(environ) == root
