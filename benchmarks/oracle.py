"""What a build must leave: every unit made alone, in a copy of its own, and each artifact tree as one digest."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import xxhash

from benchmarks.generate import Monorepo, Unit, generate, write_version
from benchmarks.subjects.subject import remove
from benchmarks.timing import BenchmarkFault


class Oracle:
    """Makes units on demand, one after the other, and remembers the digest of each version.

    `project` stays as generated between calls, and `artifacts` holds the generated version of every unit.
    """

    def __init__(self, folder: Path, monorepo: Monorepo, env: Mapping[str, str]) -> None:
        self.project = folder / "project"
        self.artifacts = folder / "artifacts"
        self._monorepo = monorepo
        self._env = env
        generate(self.project, monorepo.shape)
        self._digests = {(unit.name, ""): self._make(unit) for unit in monorepo.units}

    def digest(self, unit: Unit, token: str) -> str:
        """Digest of the unit's artifact where its edited file has the version `token`."""
        if (unit.name, token) not in self._digests:
            write_version(self.project, self._monorepo, unit, token)
            self._digests[unit.name, token] = self._make(unit)
            write_version(self.project, self._monorepo, unit, "")
            self._make(unit)
        return self._digests[unit.name, token]

    def _make(self, unit: Unit) -> str:
        artifact = self.artifacts / unit.name
        remove(artifact)
        artifact.mkdir(parents=True)
        subprocess.run(
            ["make", "-s", unit.target],
            cwd=self.project / unit.code_dir,
            env={**self._env, "ARTIFACTS_DIR": str(artifact)},
            check=True,
        )
        return tree_digest(artifact)

    def check(self, artifacts: Path, versions: Mapping[str, str]) -> None:
        """Compares what a build left with what it must leave; `versions` holds the edited units' tokens.

        Raises:
            BenchmarkFault: A unit's artifact is not what it must be.
        """
        for unit in self._monorepo.units:
            artifact = artifacts / unit.name
            if not artifact.is_dir():
                raise BenchmarkFault(f"{artifact}: the build left no artifact")
            if tree_digest(artifact) != self.digest(unit, versions.get(unit.name, "")):
                raise BenchmarkFault(f"{artifact}: the artifact is not what make leaves")


def tree_digest(folder: Path) -> str:
    """Hex xxh3-128 of every path, mode, link text and byte below the folder."""
    state = xxhash.xxh3_128()
    for path, entry in _walk(str(folder), ""):
        mode = entry.stat(follow_symlinks=False).st_mode
        content = _content(entry)
        state.update(f"{path}\0{mode:o}\0{len(content)}\0".encode(errors="surrogateescape"))
        state.update(content)
    return state.hexdigest()


def _walk(folder: str, prefix: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            yield prefix + entry.name, entry
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{prefix}{entry.name}/")


def _content(entry: os.DirEntry[str]) -> bytes:
    if entry.is_symlink():
        return os.fsencode(os.readlink(entry.path))
    return Path(entry.path).read_bytes() if entry.is_file(follow_symlinks=False) else b""
