"""Which environment variables a build depends on: declared, read by common toolchains, or named by those that are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

TOOLCHAIN = (
    "AR", "ARFLAGS", "AS", "ASFLAGS", "CC", "CXX", "CPP", "LD", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "LDLIBS",
    "LOADLIBES", "TARGET_ARCH", "OUTPUT_OPTION", "FC", "FFLAGS", "LEX", "LFLAGS", "YACC", "YFLAGS", "VPATH", "GPATH",
    "CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "LIBRARY_PATH", "PKG_CONFIG_PATH",
    "RUSTFLAGS", "RUSTDOCFLAGS", "RUSTC", "RUSTC_WRAPPER", "RUSTUP_TOOLCHAIN", "CARGO_BUILD_*", "CARGO_PROFILE_*",
    "CARGO_ENCODED_RUSTFLAGS", "CARGO_INCREMENTAL", "CARGO_TARGET_*_LINKER", "CARGO_TARGET_*_RUSTFLAGS",
    "GOFLAGS", "GOOS", "GOARCH", "GOAMD64", "GOARM*", "GOEXPERIMENT", "GOTOOLCHAIN", "GOPROXY", "CGO_*",
    "PIP_*", "UV_*", "PYTHONPATH", "PYTHONOPTIMIZE", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE",
    "NODE_ENV", "NODE_OPTIONS", "NODE_PATH", "NPM_CONFIG_*", "npm_config_*", "YARN_*",
    "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "MAVEN_OPTS", "MAVEN_ARGS", "GRADLE_OPTS", "DOTNET_*",
    "SOURCE_DATE_EPOCH", "ZIPOPT", "GZIP", "TAR_OPTIONS", "MAKEFILES", "MAKEFLAGS", "GNUMAKEFLAGS",
)  # fmt: skip
"""Variables that change what make's own rules and common tools produce, though no makefile names them.

The flags for make are those that `engine.make.flags` leaves.
"""

NEUTRAL = (
    "*_CACHE_DIR", "*_cache", "*_CACHE", "PIP_NO_INPUT", "PIP_PROGRESS_BAR", "PIP_DISABLE_PIP_VERSION_CHECK",
    "PIP_QUIET", "PIP_VERBOSE", "PIP_DEFAULT_TIMEOUT", "PIP_RETRIES", "PIP_CERT", "PIP_ROOT_USER_ACTION",
    "CARGO_TARGET_DIR", "CARGO_BUILD_JOBS", "CARGO_BUILD_TARGET_DIR", "npm_config_loglevel", "npm_config_user_agent",
    "npm_config_prefix", "npm_config_userconfig", "npm_config_globalconfig", "npm_config_noproxy",
    "npm_config_local_prefix", "DOTNET_CLI_*", "DOTNET_NOLOGO", "UV_NO_PROGRESS",
)  # fmt: skip
"""Exceptions to TOOLCHAIN: where things lie, how much is said, how many run at once. Naming or declaring wins."""

NEVER = frozenset(
    (
        "ARTIFACTS_DIR", "CARGO_MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MAKE_TERMOUT", "MAKE_TERMERR",
        "_", "SHLVL",
    )
)  # fmt: skip
"""Variables that never belong to a key: they differ from run to run and say nothing of what is built."""

_WILD = frozenset("*?[")


def reached_variables(names: Iterable[str], environ: Mapping[str, str]) -> frozenset[str]:
    """`names` and the variables that their values name, and so on: `$($(WHICH))` reads what WHICH says."""
    found: set[str] = set()
    waiting = [name for name in names if name in environ]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            words = re.findall("[A-Za-z_][A-Za-z0-9_]*", environ[name])
            waiting += [word for word in words if word in environ and word not in NEVER]
    return frozenset(found)


def matching(patterns: Iterable[str], environ: Mapping[str, str]) -> frozenset[str]:
    """The variables of `environ` that match one of the names or globs (`CARGO_*`), by case."""
    return frozenset(name for pattern in patterns for name in _matched(pattern, environ) if name not in NEVER)


def _matched(pattern: str, environ: Mapping[str, str]) -> Iterable[str]:
    """What matches one name or glob; most are a name, or the beginning of one, and need no regular expression."""
    if _WILD.isdisjoint(pattern):
        return (pattern,) if pattern in environ else ()
    if pattern[-1] == "*" and _WILD.isdisjoint(pattern[:-1]):
        return [name for name in environ if name.startswith(pattern[:-1])]
    import fnmatch

    return [name for name in environ if fnmatch.fnmatchcase(name, pattern)]


def toolchain_variables(environ: Mapping[str, str]) -> frozenset[str]:
    """The variables of `environ` that common toolchains read."""
    return matching(TOOLCHAIN, environ) - matching(NEUTRAL, environ)


def value_digest(value: str, root: str) -> str:
    """Hex SHA-256 of a value, the absolute path of the checkout `root` in it made neutral; never the value itself."""
    neutral = re.sub(re.escape(root) + r"(?![\w.-])", "{checkout}", value) if len(root) > 1 and root in value else value
    return hashlib.sha256(neutral.encode(errors="surrogateescape")).hexdigest()
