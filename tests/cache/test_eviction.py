"""Keeping a store within its limit: what goes, in which order, and what must not."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cache.digest import digest_bytes
from cache.disk import DiskStore
from cache.errors import StoreUnavailable
from cache.eviction import collect, keep_within
from cache.folder import TOUCH_INTERVAL_S
from cache.ingest import ingest
from cache.inventory import take_inventory
from cache.lease import FOLDER as LEASES
from cache.materialise import materialise
from cache.protection import LOCK_FILE
from tests.cache.recorded import DAY_S, age_everything, blobs, held, record, result_path, set_age
from tests.cache.samples import write_file

MEBIBYTE = 1 << 20
NO_LIMIT = 1 << 60


def payload(number: int, size_bytes: int = MEBIBYTE) -> bytes:
    return number.to_bytes(4, "big") * (size_bytes // 4)


def fill(store: DiskStore, count: int) -> None:
    """Results 0 to `count` - 1 of about 1 MiB each, used in this order, the last a day ago."""
    for number in range(count):
        record(store, number, payload(number))
    age_everything(store, 1000 * DAY_S)
    for number in range(count):
        set_age(result_path(store, number), (count - number) * DAY_S)


def test_the_least_recently_used_results_go_first(store: DiskStore) -> None:
    fill(store, 10)
    collected = collect(store, 5 * MEBIBYTE)
    assert held(store) == {6, 7, 8, 9}
    assert collected.removed_results == 6
    assert collected.removed_blobs == 12
    assert collected.kept_bytes == take_inventory(store.root).size_bytes
    assert collected.kept_bytes <= 5 * MEBIBYTE


def test_a_use_keeps_a_result(store: DiskStore) -> None:
    fill(store, 4)
    assert store.get(f"{0:064x}") is not None
    collect(store, 2 * MEBIBYTE)
    assert held(store) == {0}


def test_within_the_limit_nothing_goes(store: DiskStore) -> None:
    fill(store, 3)
    before = blobs(store)
    assert collect(store, NO_LIMIT).freed_bytes == 0
    assert held(store) == {0, 1, 2}
    assert blobs(store) == before


def test_what_no_result_reaches_goes(store: DiskStore) -> None:
    fill(store, 1)
    stray = store.put_bytes(b"stray")
    collected = collect(store, NO_LIMIT)
    assert store.missing([stray]) == {stray}
    assert (collected.removed_results, collected.removed_blobs, collected.freed_bytes) == (0, 1, 4096)
    assert held(store) == {0}


def test_what_several_results_share_stays_with_the_last(store: DiskStore) -> None:
    record(store, 1, payload(7), payload(1))
    record(store, 2, payload(7), payload(2))
    age_everything(store, DAY_S)
    set_age(result_path(store, 1), 2 * DAY_S)
    collect(store, int(2.5 * MEBIBYTE))
    assert held(store) == {2}
    assert store.missing([digest_bytes(payload(n)) for n in (1, 2, 7)]) == {digest_bytes(payload(1))}


def test_results_not_used_for_too_long_go(store: DiskStore) -> None:
    fill(store, 5)
    assert collect(store, NO_LIMIT, max_age_s=2.5 * DAY_S).removed_results == 3
    assert held(store) == {3, 4}


def test_a_damaged_result_goes(store: DiskStore) -> None:
    fill(store, 2)
    Path(result_path(store, 0)).write_bytes(b"")
    collect(store, NO_LIMIT)
    assert held(store) == {1}
    assert store.missing([digest_bytes(payload(0))])


def test_a_limit_of_nothing_empties_the_store(store: DiskStore) -> None:
    fill(store, 3)
    assert collect(store, 0).kept_bytes == 0
    assert blobs(store) == set()


@settings(max_examples=15, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 60_000), min_size=1, max_size=12),
    limit_bytes=st.integers(0, 600_000),
    shared=st.integers(0, 40_000),
)
def test_the_limit_holds_and_what_is_kept_is_whole(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], limit_bytes: int, shared: int
) -> None:
    store = DiskStore(str(tmp_path_factory.mktemp("store")))
    for number, size_bytes in enumerate(sizes):
        record(store, number, payload(number, size_bytes) + b"!", payload(99, shared))
        set_age(result_path(store, number), (number + 1) * DAY_S)
    collected = collect(store, limit_bytes)
    assert collected.kept_bytes == take_inventory(store.root).size_bytes <= limit_bytes
    kept = held(store)
    assert kept == set(range(len(kept)))
    assert len(kept) == len(sizes) - collected.removed_results


def test_what_a_running_build_used_stays(store: DiskStore) -> None:
    fill(store, 4)
    with DiskStore(store.root).lease():
        assert store.get(f"{1:064x}") is not None
        fresh = store.put_bytes(b"not named by a result yet")
        reused = store.put_bytes(payload(3))
        collect(store, 0)
        assert held(store) == {1}
        assert not store.missing([fresh, reused])
    collect(store, 0)
    assert blobs(store) == set()


def test_a_use_that_was_noted_before_the_build_began_counts_for_an_interval(store: DiskStore) -> None:
    fill(store, 2)
    with DiskStore(store.root).lease():
        set_age(result_path(store, 0), TOUCH_INTERVAL_S - 60)
        set_age(result_path(store, 1), TOUCH_INTERVAL_S + 60)
        collect(store, 0)
        assert held(store) == {0}


def test_the_lease_of_a_dead_process_protects_nothing(store: DiskStore) -> None:
    record(store, 0, b"x")
    write_file(Path(store.root, LEASES, "4242-dead"), b"")
    collect(store, 0)
    assert held(store) == set()
    assert os.listdir(f"{store.root}/{LEASES}") == []


def test_temporary_files_of_dead_writers_go(store: DiskStore) -> None:
    record(store, 0, b"x")
    write_file(Path(store.root, "tmp", "old"), b"half")
    write_file(Path(store.root, "trees", "old.tmp", "file"), b"half")
    with DiskStore(store.root).lease():
        write_file(Path(store.root, "tmp", "new"), b"half")
        for path in (f"{store.root}/tmp/old", f"{store.root}/trees/old.tmp"):
            set_age(path, 1.0)
        collect(store, NO_LIMIT)
        assert os.listdir(f"{store.root}/tmp") == ["new"]
        assert os.listdir(f"{store.root}/trees") == []
    collect(store, NO_LIMIT)
    assert os.listdir(f"{store.root}/tmp") == []
    assert held(store) == {0}


def test_what_running_builds_write_counts(store: DiskStore) -> None:
    fill(store, 4)
    with DiskStore(store.root).lease():
        write_file(Path(store.root, "tmp", "half"), payload(9, 2 * MEBIBYTE))
        collect(store, int(3.5 * MEBIBYTE))
        assert held(store) == {3}
        assert take_inventory(store.root).size_bytes <= 3.5 * MEBIBYTE


def test_what_a_killed_build_wrote_is_measured(store: DiskStore) -> None:
    fill(store, 2)
    assert keep_within(store, 5 * MEBIBYTE) is None
    write_file(Path(store.root, "tmp", "of-a-killed-build"), payload(9, 4 * MEBIBYTE))
    assert keep_within(store, 5 * MEBIBYTE) is None
    write_file(Path(store.root, LEASES, "4242-dead"), b"")
    collected = keep_within(store, 5 * MEBIBYTE)
    assert collected is not None
    assert held(store) == {0, 1}
    assert take_inventory(store.root).temporaries == []


def test_nothing_goes_after_the_clock_was_set_back_below_a_running_build(store: DiskStore) -> None:
    """What it has written since is older than its lease then."""
    with DiskStore(store.root).lease():
        (lease,) = os.listdir(f"{store.root}/{LEASES}")
        begun = os.stat(f"{store.root}/{LEASES}/{lease}").st_mtime + DAY_S
        os.utime(f"{store.root}/{LEASES}/{lease}", (begun, begun))
        record(store, 0, b"x")
        collect(store, 0)
        assert held(store) == {0}
    collect(store, 0)
    assert held(store) == set()


def test_pool_files_go_when_no_artifact_links_to_them(tmp_path: Path, store: DiskStore) -> None:
    write_file(tmp_path / "made" / "file", b"x")
    made = ingest(str(tmp_path / "made"), store)
    materialise(made.tree, str(tmp_path / "linked"), store, "hardlink")
    pooled = [path for path in Path(store.root, "links").rglob("*") if path.is_file()]
    collect(store, 0)
    assert [path.exists() for path in pooled] == [True]
    os.unlink(tmp_path / "linked" / "file")
    collect(store, 0)
    assert [path.exists() for path in pooled] == [False]


def test_shared_directories_go_by_their_last_use(tmp_path: Path, store: DiskStore) -> None:
    paths = []
    for number in (1, 2):
        write_file(tmp_path / f"made{number}" / "file", payload(number))
        made = ingest(str(tmp_path / f"made{number}"), store)
        materialise(made.tree, str(tmp_path / f"link{number}"), store, "symlink")
        paths.append(os.readlink(tmp_path / f"link{number}"))
        set_age(f"{paths[-1]}.size", number * DAY_S)
    collect(store, int(1.5 * MEBIBYTE))
    assert [os.path.exists(path) for path in paths] == [True, False]
    assert [os.path.exists(f"{path}.size") for path in paths] == [True, False]


def test_a_folder_without_the_mark_is_not_touched(tmp_path: Path) -> None:
    blob = tmp_path / "cas" / "ab" / ("ab" * 32)
    write_file(blob, b"of someone else")
    with pytest.raises(StoreUnavailable, match="no mark"):
        collect(DiskStore(str(tmp_path)), 0)
    assert keep_within(DiskStore(str(tmp_path)), 0) is None
    assert blob.exists()


def test_a_store_that_is_just_being_made_needs_no_collection(store: DiskStore) -> None:
    write_file(Path(store.root, "tmp", "its-mark"), b"half")
    assert collect(store, 0).kept_bytes == 0
    assert os.listdir(f"{store.root}/tmp") == ["its-mark"]


def test_a_store_that_was_never_written_needs_no_collection(store: DiskStore) -> None:
    assert collect(store, 0).kept_bytes == 0
    assert keep_within(store, 0) is None
    assert not os.path.lexists(store.root)


def test_the_end_of_a_build_collects_only_beyond_the_limit(store: DiskStore) -> None:
    fill(store, 10)
    assert keep_within(store, 11 * MEBIBYTE) is None
    assert held(store) == set(range(10))
    record(store, 10, payload(10))
    record(store, 11, payload(11))
    collected = keep_within(store, 11 * MEBIBYTE)
    assert collected is not None
    assert collected.kept_bytes <= 10 * MEBIBYTE
    assert held(store) == set(range(12 - len(held(store)), 12))
    assert keep_within(store, 11 * MEBIBYTE) is None


def test_the_end_of_a_build_reads_one_file_where_the_estimate_is_fresh(store: DiskStore) -> None:
    fill(store, 2)
    assert keep_within(store, NO_LIMIT) is None
    os.rename(f"{store.root}/cas", f"{store.root}/moved")
    store.put_bytes(b"x")
    assert keep_within(store, 2 * MEBIBYTE + 20 * 4096) is None  # by what is on the disk it would be far below
    collected = keep_within(store, 2 * MEBIBYTE)
    assert collected is not None
    assert collected.kept_bytes < MEBIBYTE


def test_two_collections_do_not_run_at_once(store: DiskStore) -> None:
    fill(store, 3)
    with open(f"{store.root}/{LOCK_FILE}", "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert keep_within(DiskStore(store.root), 0) is None
    assert held(store) == {0, 1, 2}
    assert keep_within(DiskStore(store.root), 0) is not None
    assert held(store) == set()
