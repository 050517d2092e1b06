"""Which environment variables a build depends on: named by its makefiles, declared, or read by common toolchains."""

from __future__ import annotations

import fnmatch
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
    "SOURCE_DATE_EPOCH", "ZIPOPT", "GZIP", "TAR_OPTIONS", "MAKEFILES",
)  # fmt: skip
"""Variables that change what make's own rules and common tools produce, though no makefile names them."""

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
_COMMENT = re.compile(rb"(?<!\\\n)^[ ]*#.*$", re.MULTILINE)
_COMPUTED = re.compile(rb"\$[({](\w*)\$(?:\([^(){}$]*\)|\{[^(){}$]*\}|[^({])(\w*)[)}]")


def named_variables(makefiles: Iterable[bytes], environ: Mapping[str, str]) -> frozenset[str]:
    """The variables of `environ` that the makefiles could read, by name; whole-line comments do not count.

    A name that occurs as a word is enough: `$(NAME)`, `$$NAME`, `ifdef NAME` and a recipe's inline script all read
    variables, and a name too many costs a rebuild where one too few costs a wrong artifact. Of a computed name such as
    `$($(STAGE)_URL)` the part that stands there decides: every variable that ends in `_URL`.
    """
    contents = [_without_comments(content) for content in makefiles]
    words = {word for content in contents for word in _NAME.findall(content)}
    computed = {parts for content in contents for parts in _COMPUTED.findall(content) if parts != (b"", b"")}

    def named(name: bytes) -> bool:
        if any(name.startswith(start) and name.endswith(end) for start, end in computed):
            return True
        return name in words or (not _NAME.fullmatch(name) and any(name in content for content in contents))

    return frozenset(name for name in environ if name not in NEVER and named(name.encode(errors="surrogateescape")))


def _without_comments(makefile: bytes) -> bytes:
    """Without the lines that make ignores; in a `define` a `#` is text, such as `#define VERSION "$(VERSION)"`."""
    return makefile if b"define" in makefile else _COMMENT.sub(b"", makefile)


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
    neutral = re.sub(re.escape(root) + r"(?![\w.-])", "{checkout}", value) if len(root) > 1 else value
    return hashlib.sha256(neutral.encode(errors="surrogateescape")).hexdigest()
