"""Which environment variables the text of a makefile names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from engine.make.environment import NEVER

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


def _without_comments(makefile: bytes) -> bytes:
    """Without the lines that make ignores; in a `define` a `#` is text, such as `#define VERSION "$(VERSION)"`."""
    return makefile if b"define" in makefile else _COMMENT.sub(b"", makefile)
