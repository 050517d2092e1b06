"""The machine around a build: the system, installed programs and toolchains' stores, whose files are no inputs.

The rule, in the order in which it is applied to a file that no key names:

1. What the run itself has made before, and what the engine keeps, is no input.
2. A file of the checkout is an input, wherever the checkout lies: also below /usr, /opt or the home directory. Not so
   a virtual environment (`pyvenv.cfg`) whose python ran, and what tools keep beside sources (`__pycache__`).
3. A file of the system is none: /usr, /etc, /lib, /proc and the like, as package managers and the kernel keep them.
4. A file of an installation is none: of a program `P/bin/x` that ran, all of `P`; of any other program, the folder
   that it lies in. `P` is no installation where it holds the checkout, the home directory or the temporary files.
5. A file in a toolchain's store is none: downloads and caches that are named by versions, lock files or content, where
   the toolchains keep them by default or where variables of the environment say (`CARGO_HOME`, `GOMODCACHE`, …).
6. Any other file is an input when it was opened for reading: the user's configuration (`~/.npmrc`,
   `~/.cargo/config.toml`), files in /tmp, in other checkouts, on mounted volumes.

Programs are told apart from files: what of them counts is the version (`engine.audit.programs`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from engine.audit.coverage import is_within

_SYSTEM = (
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store", "/proc",
    "/run", "/sbin", "/snap", "/sys", "/usr", "/var/cache", "/var/db", "/var/lib", "/var/log", "/var/run", "/var/spool",
)  # fmt: skip

_SYSTEM_PREFIXES = tuple(f"{folder}/" for folder in _SYSTEM)

_STORES = (
    ".asdf", ".bun/install", ".cache", ".cargo", ".ccache", ".deno", ".dotnet", ".gem", ".gradle", ".ivy2", ".julia",
    ".local/lib", ".local/share/mise", ".local/share/pnpm", ".local/share/uv", ".m2", ".mise", ".npm", ".nuget",
    ".nvm", ".opam", ".pnpm-store", ".pyenv", ".rbenv", ".rustup", ".sbt", ".sdkman", ".stack", ".volta", ".yarn",
    "go/pkg",
)  # fmt: skip
"""Folders of the home directory in which toolchains keep what they install, download and remember."""

_STORE_VARIABLES = (
    "ASDF_DATA_DIR", "BUN_INSTALL", "CARGO_HOME", "CARGO_TARGET_DIR", "CCACHE_DIR", "DENO_DIR", "GEM_HOME", "GOCACHE",
    "GOMODCACHE", "GOPATH", "GOROOT", "GRADLE_USER_HOME", "JAVA_HOME", "NUGET_PACKAGES", "NVM_DIR", "PIP_CACHE_DIR",
    "POETRY_CACHE_DIR", "PYENV_ROOT", "RBENV_ROOT", "RUSTUP_HOME", "SCCACHE_DIR", "SDKMAN_DIR", "UV_CACHE_DIR",
    "VOLTA_HOME", "XDG_CACHE_HOME", "YARN_CACHE_FOLDER", "npm_config_cache", "NPM_CONFIG_CACHE",
)  # fmt: skip
"""Variables that say where such a folder lies instead."""

_CONFIGURATION = frozenset(
    (
        ".cargo/config", ".cargo/config.toml", ".gradle/gradle.properties", ".gradle/init.gradle", ".m2/settings.xml",
        ".sbt/repositories", ".nuget/NuGet/NuGet.Config", ".bundle/config",
    )
)  # fmt: skip
"""Files in stores that a user writes: they are inputs like any other file of the home directory."""

PROGRAM_FOLDERS = frozenset(("bin", "sbin", "shims", "Scripts"))
"""Names of folders with programs that are meant to be called; others, as in libexec, are parts of their callers."""


class Surroundings:
    """What of the machine is no input of a build."""

    def __init__(self, checkout: str, environ: Mapping[str, str], temporary: Iterable[str]) -> None:
        """`temporary` are the folders for temporary files."""
        self._home = os.path.realpath(environ.get("HOME") or os.path.expanduser("~"))
        self._checkout = checkout
        self._never = {os.path.realpath(path) for path in (checkout, self._home, *temporary)} | {checkout}
        self._environ = environ
        self._stores = tuple(self._existing_stores())

    def _existing_stores(self) -> Iterable[str]:
        named = (self._environ.get(name) for name in _STORE_VARIABLES)
        for path in (*(os.path.join(self._home, name) for name in _STORES), *named):
            if path and os.path.isabs(path) and self._may_be_left_out(os.path.normpath(path)):
                yield os.path.normpath(path)
                yield os.path.realpath(path)

    def _may_be_left_out(self, folder: str) -> bool:
        return not any(is_within(never, folder) for never in self._never)

    def installations(self, programs: Iterable[str]) -> tuple[str, ...]:
        """The folders that the `programs` (absolute paths) are installed in."""
        found: set[str] = set()
        for program in programs:
            for path in {os.path.normpath(program), os.path.realpath(program)}:
                folder = _installation(path)
                if self._may_be_left_out(folder) and not self._is_source(folder):
                    found.add(folder)
        return tuple(sorted(found))

    def _is_source(self, folder: str) -> bool:
        """Whether a folder with programs belongs to the checkout like its sources do."""
        return is_within(folder, self._checkout) and not os.path.exists(os.path.join(folder, "pyvenv.cfg"))

    def is_system(self, path: str) -> bool:
        """Whether a path, whatever it is asked for by, is the system's."""
        if ".." in path or is_within(path, self._checkout):
            return False
        return path.startswith(_SYSTEM_PREFIXES)

    def is_around(self, path: str, installations: tuple[str, ...]) -> bool:
        """Whether a file outside of the checkout is the system's, a program's or a toolchain's own."""
        if any(is_within(path, folder) for folder in _SYSTEM):
            return True
        if os.path.relpath(path, self._home) in _CONFIGURATION:
            return False
        return any(is_within(path, folder) for folder in (*installations, *self._stores))

    def is_kept_beside_sources(self, path: str, installations: tuple[str, ...]) -> bool:
        """Whether a file of the checkout is no input all the same."""
        if "__pycache__" in path.split("/"):
            return True
        return any(is_within(path, folder) for folder in (*installations, *self._stores))


def _installation(program: str) -> str:
    folder, name = os.path.split(os.path.dirname(program))
    return folder if name in PROGRAM_FOLDERS else os.path.join(folder, name)
