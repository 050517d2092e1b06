"""What makefiles need of a machine besides their inputs: temporary folders, the home, toolchains and their caches."""

from __future__ import annotations

import contextlib
import fnmatch
import os
from collections.abc import Iterator, Mapping

from engine.run.mounts import Kind, Mounts

CACHES = (
    "XDG_*_HOME", "XDG_RUNTIME_DIR", "*_CACHE_DIR", "*_CACHE_HOME", "*_CACHE_FOLDER", "npm_config_cache",
    "NPM_CONFIG_CACHE", "npm_config_prefix", "NPM_CONFIG_PREFIX", "PNPM_HOME", "YARN_GLOBAL_FOLDER", "BUN_INSTALL",
    "DENO_DIR", "GOCACHE", "GOMODCACHE", "GOPATH", "GOBIN", "GOTMPDIR", "CARGO_HOME", "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET_DIR", "RUSTUP_HOME", "CCACHE_DIR", "SCCACHE_DIR", "PYTHONPYCACHEPREFIX", "PYTHONUSERBASE",
    "GRADLE_USER_HOME", "MAVEN_USER_HOME", "NUGET_PACKAGES", "DOTNET_CLI_HOME", "GEM_HOME", "COMPOSER_HOME",
)  # fmt: skip
"""Variables that name folders which toolchains fill for themselves, in the home or, in images for containers, not."""

_TEMPORARY = ("TMPDIR", "TMP", "TEMP")
_PROGRAMS = ("bin", ".bin")


def temporary_folders(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The folders for temporary files of who has this environment, without links."""
    folders = {os.path.realpath(folder) for folder in ("/tmp", "/var/tmp", *_named(environ)) if os.path.isdir(folder)}
    return tuple(sorted(folders - {"/"}))


def _named(environ: Mapping[str, str]) -> Iterator[str]:
    for name in _TEMPORARY:
        yield from _absolute(environ.get(name, ""))


def home_of(environ: Mapping[str, str]) -> str | None:
    """The user's home without links, where it is a folder of its own."""
    folder = os.path.realpath(environ.get("HOME") or os.path.expanduser("~"))
    return folder if len(folder) > 1 and os.path.isdir(folder) else None


def writable_caches(mounts: Mounts, environ: Mapping[str, str], never: tuple[str, ...]) -> None:
    """Show the home and what the variables of CACHES name, writable, but nothing in the folders `never`.

    A folder that is not there yet is made: in the sandbox that might not be possible.
    """
    home = home_of(environ)
    for folder in (*_caches(environ), *([] if home is None else [home])):
        real = os.path.realpath(folder)
        if len(real) > 1 and not any(_holds(other, real) for other in never):
            with contextlib.suppress(OSError):
                os.makedirs(real, exist_ok=True)
            if os.path.isdir(real):
                mounts.show(folder, Kind.WRITE)


def _caches(environ: Mapping[str, str]) -> Iterator[str]:
    for name, value in environ.items():
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in CACHES):
            yield from _absolute(value)


def hidden_programs(mounts: Mounts, environ: Mapping[str, str]) -> tuple[str, ...]:
    """The folders of PATH that are hidden by now."""
    folders = dict.fromkeys(_absolute(environ.get("PATH", "")))
    hidden = (Kind.HIDDEN, Kind.PRIVATE)
    return tuple(path for path in folders if not mounts.ways(path).isdisjoint(hidden) and os.path.isdir(path))


def show_programs(mounts: Mounts, folders: tuple[str, ...], roots: tuple[str, ...]) -> None:
    """Show folders of PATH; a `bin` with what it is the `bin` of, as of a `.venv`.

    Nothing that holds one of `roots`, sources and temporary folders, is shown for that.
    """
    for folder in folders:
        real = os.path.realpath(folder)
        parent = os.path.dirname(real)
        if os.path.basename(real) in _PROGRAMS and not any(_holds(parent, root) for root in roots):
            mounts.show(parent)
        mounts.show(folder)


def named_files(mounts: Mounts, environ: Mapping[str, str]) -> None:
    """Show what variables name in folders for temporary files: sockets of agents, certificates, tokens of a CI job."""
    for value in environ.values():
        for path in _absolute(value):
            ways = mounts.ways(path)
            lies_there = Kind.PRIVATE in ways and Kind.HIDDEN not in ways
            if lies_there and not mounts.names(os.path.realpath(path)) and os.path.exists(path):
                mounts.show(path)


def _absolute(value: str) -> Iterator[str]:
    for path in value.split(os.pathsep):
        if len(path) > 1 and path.startswith("/") and "\0" not in path:
            yield path


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
