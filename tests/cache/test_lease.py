"""Leases: seen while they are held, by whatever end of their process no longer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cache.disk import DiskStore
from cache.lease import FOLDER, oldest_live_lease


def leases(store: DiskStore) -> list[str]:
    return os.listdir(f"{store.root}/{FOLDER}")


def test_a_lease_is_seen_while_it_is_held(store: DiskStore) -> None:
    assert oldest_live_lease(store.root) is None
    with store.lease() as lease:
        assert lease.held
        begun = oldest_live_lease(store.root)
        assert begun is not None
        assert begun == os.stat(f"{store.root}/{FOLDER}/{leases(store)[0]}").st_mtime
    assert not lease.held
    assert oldest_live_lease(store.root) is None
    assert leases(store) == []


def test_the_oldest_lease_counts(store: DiskStore) -> None:
    with store.lease():
        (first,) = leases(store)
        os.utime(f"{store.root}/{FOLDER}/{first}", (1_000_000, 1_000_000))
        with store.lease():
            assert oldest_live_lease(store.root) == 1_000_000
        assert oldest_live_lease(store.root) == 1_000_000


def test_a_lease_ends_with_its_block_also_by_an_error(store: DiskStore) -> None:
    with pytest.raises(RuntimeError), store.lease():
        raise RuntimeError
    assert oldest_live_lease(store.root) is None


_HOLDER = """
import sys
from cache.disk import DiskStore
with DiskStore(sys.argv[1]).lease():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_lease_of_a_killed_process_ends_and_is_removed(store: DiskStore) -> None:
    command = [sys.executable, "-c", _HOLDER, store.root]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert oldest_live_lease(store.root) is not None
        assert len(leases(store)) == 1
        holder.kill()
    assert len(leases(store)) == 1
    assert oldest_live_lease(store.root) is None
    assert leases(store) == []


def test_a_store_that_cannot_be_made_gives_no_lease_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with DiskStore(str(tmp_path / "file")).lease() as lease:
        assert not lease.held
