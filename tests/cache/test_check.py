"""Verifying a store."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cache.check import Finding, check
from cache.digest import digest_bytes
from cache.disk import DiskStore
from cache.errors import StoreUnavailable
from cache.folder import VERSION_FILE
from cache.ingest import ingest
from cache.materialise import materialise
from tests.cache.recorded import damage, held, record, result_path, set_age
from tests.cache.samples import write_file


def kinds(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.kind, finding.path) for finding in findings]


def test_a_sound_store_has_no_findings(store: DiskStore) -> None:
    record(store, 1, b"one", b"two", log=b"log")
    checked = check(store)
    assert (checked.blobs, checked.results, checked.findings) == (4, 1, ())


def test_a_store_that_is_not_there_has_no_findings(store: DiskStore) -> None:
    assert check(store).findings == ()


@pytest.mark.parametrize("repair", [False, True])
def test_a_damaged_file_is_found_with_the_results_that_reach_it(store: DiskStore, repair: bool) -> None:
    record(store, 1, b"one", b"both")
    record(store, 2, b"two", b"both")
    digest = digest_bytes(b"one")
    damage(store, digest)
    checked = check(store, repair=repair)
    assert kinds(checked.findings) == [("blob", store.locate(digest)), ("result", result_path(store, 1))]
    assert os.path.exists(store.locate(digest)) != repair
    assert os.path.exists(result_path(store, 1)) != repair
    if repair:
        assert check(store).findings == ()
        assert held(store) == {2}


def test_a_damaged_tree_is_found_with_its_result(store: DiskStore) -> None:
    digest = record(store, 1, b"one").output_directories[0].tree_digest
    damage(store, digest)
    found = kinds(check(store).findings)
    assert found == [("blob", store.locate(digest)), ("result", result_path(store, 1))]


def test_a_result_with_a_missing_blob_is_found(store: DiskStore) -> None:
    record(store, 1, b"one", log=b"log")
    os.unlink(store.locate(digest_bytes(b"log")))
    (finding,) = check(store).findings
    assert (finding.kind, finding.path) == ("result", result_path(store, 1))
    assert "1 of the blobs" in finding.problem


def test_a_result_that_was_changed_is_found(store: DiskStore) -> None:
    record(store, 1, b"one")
    path = Path(result_path(store, 1))
    path.write_bytes(path.read_bytes()[:-1])
    assert kinds(check(store, repair=True).findings) == [("result", str(path))]
    assert not path.exists()


def test_a_shared_directory_that_was_changed_is_found(tmp_path: Path, store: DiskStore) -> None:
    write_file(tmp_path / "made" / "file", b"x")
    made = ingest(str(tmp_path / "made"), store)
    materialise(made.tree, str(tmp_path / "link"), store, "symlink")
    assert check(store).findings == ()
    (tmp_path / "link" / "file").write_bytes(b"y")
    path = os.readlink(tmp_path / "link")
    assert kinds(check(store, repair=True).findings) == [("tree", path)]
    assert not os.path.exists(path)
    assert check(store).trees == 0


def test_a_repair_removes_what_killed_builds_left_and_nothing_of_running_ones(store: DiskStore) -> None:
    record(store, 1, b"one")
    write_file(Path(store.root, "tmp", "left"), b"half")
    assert check(store).temporaries == 0
    with store.lease():
        set_age(f"{store.root}/tmp/left", 60)
        write_file(Path(store.root, "tmp", "being-written"), b"half")
        assert check(store, repair=True).temporaries == 1
        assert os.listdir(f"{store.root}/tmp") == ["being-written"]
    assert held(store) == {1}


def test_a_folder_of_someone_else_is_not_repaired(tmp_path: Path) -> None:
    blob = tmp_path / "cas" / "ab" / ("ab" * 32)
    write_file(blob, b"of someone else")
    with pytest.raises(StoreUnavailable, match="no mark"):
        check(DiskStore(str(tmp_path)), repair=True)
    assert os.listdir(tmp_path) == ["cas"]
    assert blob.exists()


def test_a_store_of_another_version_is_refused(store: DiskStore) -> None:
    write_file(Path(store.root, VERSION_FILE), b"sam-build-engine store 9\n")
    with pytest.raises(StoreUnavailable, match="another version"):
        check(store)
