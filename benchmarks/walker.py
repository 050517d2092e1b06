"""What an interpreted walker needs, in one process or two: `python walker.py stat|copy|verify LIST PROCESSES [DIR]`.

LIST is a file of paths, each ended by NUL. `copy` writes them into DIR, `verify` compares each with a digest too.
Nothing is imported that the work does not need.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from operator import attrgetter


def stat_all(paths: Sequence[str], _numbers: Sequence[int], _folder: str) -> None:
    """As the engine checks a directory: five fields of each file."""
    fields: list[int] = []
    key_of = attrgetter("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino", "st_mode")
    for path in paths:
        fields.extend(key_of(os.stat(path)))


def copy_all(paths: Sequence[str], numbers: Sequence[int], folder: str) -> None:
    """By the fewest system calls."""
    for path, number in zip(paths, numbers, strict=True):
        _write(_read(path), f"{folder}/{number}")


def verify_all(paths: Sequence[str], numbers: Sequence[int], folder: str) -> None:
    """The same, each file's digest computed."""
    from hashlib import sha256

    for path, number in zip(paths, numbers, strict=True):
        data = _read(path)
        sha256(data).digest()
        _write(data, f"{folder}/{number}")


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY)
    data = os.read(descriptor, 1 << 20)
    os.close(descriptor)
    return data


def _write(data: bytes, path: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    os.write(descriptor, data)
    os.close(descriptor)


WORK = {"stat": stat_all, "copy": copy_all, "verify": verify_all}


def main(what: str, listed: str, processes: str, folder: str = "") -> None:
    """Do the work, every process a share of it."""
    with open(listed, "rb") as file:
        paths = file.read().decode().split("\0")[:-1]
    share, children = 0, []
    for number in range(1, int(processes)):
        child = os.fork()
        if child == 0:
            share = number
            break
        children.append(child)
    numbers = range(share, len(paths), int(processes))
    WORK[what]([paths[number] for number in numbers], numbers, folder)
    for child in children:
        if share == 0 and os.waitpid(child, 0)[1] != 0:
            sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
