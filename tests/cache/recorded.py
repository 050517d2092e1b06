"""Stores with results of a known age and size, for the tests of what removes them."""

from __future__ import annotations

import os
import time

from cache.digest import Digest
from cache.disk import DiskStore
from cache.tree import encode_tree
from cache.wire import ActionResult, OutputDirectory
from tests.cache.samples import file_entry, tree_of

DAY_S = 86400.0


def key(number: int) -> str:
    return f"{number:064x}"


def record(store: DiskStore, number: int, *contents: bytes, log: bytes | None = None) -> ActionResult:
    """Keep a result with a tree of these files under `key(number)`."""
    tree = tree_of(*[file_entry(f"f{n}", data) for n, data in enumerate(contents)])
    for data in contents:
        store.put_bytes(data)
    stdout = store.put_bytes(log) if log is not None else None
    output = OutputDirectory("", store.put_bytes(encode_tree(tree).tree_message))
    result = ActionResult(output_directories=(output,), stdout_digest=stdout)
    store.put(key(number), result)
    return result


def result_path(store: DiskStore, number: int) -> str:
    return f"{store.root}/ac/{key(number)[:2]}/{key(number)}"


def set_age(path: str, age_s: float) -> None:
    then = time.time() - age_s
    os.utime(path, (then, then))


def age_everything(store: DiskStore, age_s: float) -> None:
    """As if nothing had been used for so long."""
    for folder, _, files in os.walk(store.root):
        for name in files:
            set_age(os.path.join(folder, name), age_s)


def held(store: DiskStore) -> set[int]:
    """Numbers of the results that are hits. Looks without noting a use."""
    numbers = set()
    for folder, _, files in os.walk(f"{store.root}/ac"):
        for name in files:
            path = os.path.join(folder, name)
            times = os.stat(path)
            if store.get(name) is not None:
                numbers.add(int(name, 16))
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    return numbers


def blobs(store: DiskStore) -> set[str]:
    return {name for _, _, files in os.walk(f"{store.root}/cas") for name in files}


def damage(store: DiskStore, digest: Digest) -> None:
    """Change a blob's first byte, not its length."""
    path = store.locate(digest)
    os.chmod(path, 0o644)
    with open(path, "r+b") as file:
        first = file.read(1)
        file.seek(0)
        file.write(bytes([first[0] ^ 1]))
