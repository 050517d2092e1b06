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

_NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
_COMMENT = re.compile(rb"(?<!\\\n)^[ ]*#.*$", re.MULTILINE)
_REFERENCE = rb"\$(?:\([^(){}$]*\)|\{[^(){}$]*\}|[^({])"
_COMPUTED = re.compile(rb"\$[({](\w*(?:" + _REFERENCE + rb"\w*)+)[)}]")
_ALL = re.compile(rb"\$[({]\.VARIABLES[)}]")
_SOME = re.compile(rb"\$[({]filter\s+([^,$(){}]+),\s*" + _ALL.pattern + rb"\s*[)}]")
_FUNCTION = re.compile(r"BASH_FUNC_(.*)(?:%%|\(\))", re.DOTALL)


def named_variables(makefiles: Iterable[bytes], environ: Mapping[str, str]) -> frozenset[str]:
    """The variables of `environ` that the makefiles could read, by name; whole-line comments do not count.

    A name that occurs as a word is enough: `$(NAME)`, `$$NAME`, `ifdef NAME` and a recipe's inline script all read
    variables, and a name too many costs a rebuild where one too few costs a wrong artifact. Of a computed name such as
    `$($(STAGE)_URL)` the part that stands there decides: every variable that ends in `_URL`. `$(.VARIABLES)` names
    every variable, or those that a `$(filter APP_%,…)` around it lets through.
    """
    contents = [_without_comments(content) for content in makefiles]
    words = {word for content in contents for word in _NAME.findall(content)}
    patterns = _patterns(contents)

    def named(variable: str) -> bool:
        function = _FUNCTION.fullmatch(variable)  # as bash exports one
        name = (function[1] if function else variable).encode(errors="surrogateescape")
        if name in words or any(pattern.fullmatch(name) for pattern in patterns):
            return True
        return not _NAME.fullmatch(name) and any(name in content for content in contents)

    return frozenset(name for name in environ if name not in NEVER and named(name))


def _patterns(contents: list[bytes]) -> list[re.Pattern[bytes]]:
    """What the names match that are computed or taken from the list of all variables; `%` stands for any text."""
    globs: set[bytes] = set()
    for content in contents:
        globs.update(glob for filtered in _SOME.findall(content) for glob in filtered.split())
        globs.update({re.sub(_REFERENCE, b"%", computed) for computed in _COMPUTED.findall(content)} - {b"%"})
        if _ALL.search(_SOME.sub(b"", content)):
            globs.add(b"%")
    return [re.compile(re.escape(glob).replace(b"%", b".*"), re.DOTALL) for glob in globs]


def reached_variables(names: Iterable[str], environ: Mapping[str, str]) -> frozenset[str]:
    """`names` and the variables that their values name, and so on: `$($(WHICH))` reads what WHICH says."""
    found: set[str] = set()
    waiting = [name for name in names if name in environ]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            words = _NAME.findall(environ[name].encode(errors="surrogateescape"))
            waiting += [word for word in map(bytes.decode, words) if word in environ and word not in NEVER]
    return frozenset(found)


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
