"""The lines of a makefile that make acts on while it reads: directives and assignments, no recipes, rules or comments.

What a recipe or a prerequisite says does not decide which makefiles are read. Where it is not certain that a line is
of a recipe, it is kept. Source of the rules: GNU make's manual, "How make Reads a Makefile" and "Rule Syntax".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CONTINUED = re.compile(rb"(?<!\\)((?:\\\\)*)\\\r?\n[ \t]*")
_REFERENCE = re.compile(rb"\$(?:\([^(){}$]*\)|\{[^(){}$]*\}|[^({])")
_CONDITIONAL = re.compile(rb"\s*(?:if(?:eq|neq|def|ndef)|else|endif)\b")
_DIRECTIVE = re.compile(rb"\s*(?:-?include|sinclude|-?load|(?:un)?export|override|private|undefine|vpath)\b")
_DEFINE = re.compile(rb"\s*(?:(?:override|export|private)\s+)*define\b")
_END = re.compile(rb"\s*endef\b")
_RULE = re.compile(rb"[^=#]*?::?(?![:=])")
_VARIABLE_OF_TARGET = re.compile(rb"[^;]*=")


def acting_lines(makefile: bytes) -> list[bytes]:
    """The lines, continuations joined; a `define` with what acts in its body is one of them, newlines in it."""
    lines = _CONTINUED.sub(rb"\1 ", makefile).split(b"\n")
    return list(_acting(iter(lines), recipes=b".RECIPEPREFIX" not in makefile))


def _acting(lines: Iterator[bytes], recipes: bool) -> Iterator[bytes]:
    """The acting lines up to an `endef`; `recipes` says whether a tab after a rule begins a recipe's line."""
    in_recipe = False
    for line in lines:
        text = line.strip()
        if _END.match(line):
            return
        if not text or text.startswith(b"#") or (in_recipe and line.startswith(b"\t")):
            continue
        if _DEFINE.match(line):
            in_recipe = False
            yield b"\n".join([line, *_acting(lines, recipes)])
        elif _CONDITIONAL.match(line):  # a recipe goes on after it
            yield line
        else:
            plain = _without_references(line)
            rule = bool(_RULE.match(plain)) and not _DIRECTIVE.match(plain)
            in_recipe = recipes and rule and not _VARIABLE_OF_TARGET.match(plain)
            if not rule or b"eval" in line:
                yield line


def _without_references(line: bytes) -> bytes:
    """The line with an `x` for each `$(…)`, in which any sign may stand."""
    shorter = _REFERENCE.sub(b"x", line)
    while shorter != line:
        line, shorter = shorter, _REFERENCE.sub(b"x", shorter)
    return line
