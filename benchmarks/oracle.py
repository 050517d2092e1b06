"""What a build must leave: every unit made alone, in a copy of its own, and each artifact tree as one digest."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import xxhash

from benchmarks.generate import Monorepo, Unit, generate, write_version
from benchmarks.subjects.subject import remove
from benchmarks.timing import BenchmarkFault


class Digests(NamedTuple):
    """One artifact, as a tool must leave it that keeps file modes, and as one that does not."""

    with_modes: str
    without_modes: str


class Oracle:
    """Makes units on demand, one after the other, and remembers the digests of each version.

    `project` stays as generated between calls, and `artifacts` holds the generated version of every unit.
    """

    def __init__(self, folder: Path, monorepo: Monorepo, env: Mapping[str, str]) -> None:
        self.project = folder / "project"
        self.artifacts = folder / "artifacts"
        self._monorepo = monorepo
        self._units = {unit.name: unit for unit in monorepo.units}
        self._env = env
        generate(self.project, monorepo.shape)
        self._digests = {self._read(unit, {}): self._make(unit) for unit in monorepo.units}

    def digests(self, unit: Unit, versions: Mapping[str, str]) -> Digests:
        """Digests of the unit's artifact where `versions` are the tokens of the edited files, by unit."""
        read = self._read(unit, versions)
        if read not in self._digests:
            self._digests[read] = self._make_version(read)
        return self._digests[read]

    def _read(self, unit: Unit, versions: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The units whose files the unit's artifact is made of, itself last, each with its token."""
        layers = [unit.layer] if unit.layer and self._monorepo.shape.depends else []
        return tuple((name, versions.get(name, "")) for name in (*layers, unit.name))

    def _make_version(self, read: tuple[tuple[str, str], ...]) -> Digests:
        made = [self._make(self._write(name, token)) for name, token in read][-1]
        for name, _ in read:
            self._make(self._write(name, ""))
        return made

    def _write(self, name: str, token: str) -> Unit:
        write_version(self.project, self._monorepo, self._units[name], token)
        return self._units[name]

    def _make(self, unit: Unit) -> Digests:
        artifact = self.artifacts / unit.name
        remove(artifact)
        artifact.mkdir(parents=True)
        subprocess.run(
            ["make", "-s", unit.target],
            cwd=self.project / unit.code_dir,
            env={**self._env, "ARTIFACTS_DIR": str(artifact)},
            check=True,
        )
        return Digests(tree_digest(artifact), tree_digest(artifact, modes=False))

    def check(self, artifacts: Path, versions: Mapping[str, str], *, modes: bool = True) -> None:
        """Compares what a build left with what it must leave; `versions` holds the edited units' tokens.

        Raises:
            BenchmarkFault: A unit's artifact is not what it must be.
        """
        for unit in self._monorepo.units:
            artifact = artifacts / unit.name
            if not artifact.is_dir():
                raise BenchmarkFault(f"{artifact}: the build left no artifact")
            if tree_digest(artifact, modes=modes) != self.digests(unit, versions)[not modes]:
                raise BenchmarkFault(f"{artifact}: the artifact is not what make leaves")


def tree_digest(folder: Path, *, modes: bool = True) -> str:
    """Hex xxh3-128 of every path, mode, link text and byte below the folder; without `modes`, of each entry's type."""
    state = xxhash.xxh3_128()
    for path, entry in _walk(str(folder), ""):
        mode = entry.stat(follow_symlinks=False).st_mode
        mode = mode if modes else stat.S_IFMT(mode)
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
