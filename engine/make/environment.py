"""Which environment variables a build depends on: named by its makefiles, declared, or read by common toolchains."""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Iterable, Mapping

TOOLCHAIN = (
    "AR", "AS", "CC", "CXX", "CPP", "LD", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "LDLIBS", "CPATH",
    "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "LIBRARY_PATH", "PKG_CONFIG_PATH",
    "RUSTFLAGS", "RUSTDOCFLAGS", "RUSTC", "RUSTC_WRAPPER", "RUSTUP_TOOLCHAIN", "CARGO_BUILD_*", "CARGO_PROFILE_*",
    "CARGO_ENCODED_RUSTFLAGS", "CARGO_INCREMENTAL", "CARGO_TARGET_*_LINKER", "CARGO_TARGET_*_RUSTFLAGS",
    "GOFLAGS", "GOOS", "GOARCH", "GOAMD64", "GOARM*", "GOEXPERIMENT", "GOTOOLCHAIN", "GOPROXY", "CGO_*",
    "PIP_*", "UV_*", "PYTHONPATH", "PYTHONOPTIMIZE", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE",
    "NODE_ENV", "NODE_OPTIONS", "NODE_PATH", "NPM_CONFIG_*", "npm_config_*", "YARN_*",
    "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "MAVEN_OPTS", "MAVEN_ARGS", "GRADLE_OPTS", "DOTNET_*",
    "SOURCE_DATE_EPOCH", "ZIPOPT", "GZIP", "TAR_OPTIONS", "MAKEFILES",
)  # fmt: skip
"""Variables that change what common tools produce, though no makefile names them."""

NEUTRAL = (
    "*_CACHE_DIR", "*_cache", "*_CACHE", "PIP_NO_INPUT", "PIP_PROGRESS_BAR", "PIP_DISABLE_PIP_VERSION_CHECK",
    "PIP_QUIET", "PIP_VERBOSE", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES", "PIP_CERT", "PIP_ROOT_USER_ACTION",
    "CARGO_TARGET_DIR", "CARGO_BUILD_JOBS", "CARGO_BUILD_TARGET_DIR", "npm_config_loglevel", "npm_config_user_agent",
    "npm_config_prefix", "npm_config_userconfig", "npm_config_globalconfig", "npm_config_noproxy",
    "npm_config_local_prefix", "DOTNET_CLI_*", "DOTNET_NOLOGO", "UV_NO_PROGRESS",
)  # fmt: skip
"""Exceptions to TOOLCHAIN: where things lie, how much is said, how many run at once. Naming or declaring wins."""

NEVER = frozenset(
    ("ARTIFACTS_DIR", "MAKEFLAGS", "GNUMAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKE_TERMOUT", "MAKE_TERMERR", "_", "SHLVL")
)
"""Variables that never belong to a key: they differ from run to run and say nothing of what is built."""

_NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
_COMMENT = re.compile(rb"^[ ]*#.*$", re.MULTILINE)


def named_variables(makefiles: Iterable[bytes], environ: Mapping[str, str]) -> frozenset[str]:
    """The variables of `environ` whose names occur as a word anywhere in the makefiles, whole-line comments apart.

    A word is enough: `$(NAME)`, `$$NAME`, `ifdef NAME`, `$($(PREFIX)_NAME)`'s parts and a recipe's inline script all
    read variables, and a name too many costs a rebuild where one too few costs a wrong artifact.
    """
    words: set[bytes] = set()
    for content in makefiles:
        words.update(_NAME.findall(_COMMENT.sub(b"", content)))
    return frozenset(name for name in environ if name not in NEVER and name.encode(errors="replace") in words)


def matching(patterns: Iterable[str], environ: Mapping[str, str]) -> frozenset[str]:
    """The variables of `environ` that match one of the names or globs (`CARGO_*`), by case."""
    return frozenset(
        name for pattern in patterns for name in environ if name not in NEVER and fnmatch.fnmatchcase(name, pattern)
    )


def toolchain_variables(environ: Mapping[str, str]) -> frozenset[str]:
    """The variables of `environ` that common toolchains read."""
    return matching(TOOLCHAIN, environ) - matching(NEUTRAL, environ)


def value_digest(value: str, root: str) -> str:
    """Hex SHA-256 of a value, the absolute path of the checkout `root` in it made neutral; never the value itself."""
    neutral = value.replace(root, "{checkout}") if len(root) > 1 else value
    return hashlib.sha256(neutral.encode(errors="surrogateescape")).hexdigest()
