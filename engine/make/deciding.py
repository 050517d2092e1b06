"""What the text of makefiles says of which others are read: whether any are, and what besides text decides it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from engine.make.lines import acting_lines

OF_TARGET = frozenset((b"ARTIFACTS_DIR", b"MAKECMDGOALS"))
"""Variables that differ from one target of a Makefile to the next."""

_CONTINUATION = re.compile(rb"\\\n\s*")
_READS = re.compile(rb"^\s*(?:-?include|sinclude|-?load)\b|\$[({]\s*eval\b", re.MULTILINE)
_LOOKS = re.compile(
    rb"\$[({]\s*(?:wildcard|shell|realpath|file|guile)\b|`|^\s*-?load\b"
    rb"|^\s*(?:(?:override|export|private|define)\s+)*\S+\s*!="
    rb"|^\s*(?:-?include|sinclude)\b.*[*?[]\S*/",
    re.MULTILINE,
)
_DECIDES = re.compile(
    rb"^\s*(?:-?include|sinclude|-?load|(?:else\s+)?if(?:eq|neq|def|ndef))\b|\$[({]\s*eval\b", re.MULTILINE
)
_ASSIGNED = re.compile(rb"\s*(?:(?:override|export|private|define)\s+)*([^\s:#=!?+]+)")
_WORD = re.compile(rb"\w+")


def may_read_others(makefile: bytes, environ: Mapping[str, str]) -> bool:
    """Whether the makefile could include others; without a directive, an `eval` or MAKEFILES it reads itself alone."""
    return "MAKEFILES" in environ or _READS.search(_CONTINUATION.sub(b" ", makefile)) is not None


def looks_around(makefile: bytes) -> bool:
    """Whether what is read may depend on files or programs that no key knows: `$(wildcard)`, `$(shell)`, `!=`."""
    return any(_LOOKS.search(line) for line in acting_lines(makefile))


def depends_on_target(makefiles: Iterable[bytes]) -> bool:
    """Whether which makefiles are read may depend on the target: a directive names OF_TARGET, or what is made of it."""
    lines = [line for makefile in makefiles for line in acting_lines(makefile)]
    words = [set(_WORD.findall(line)) for line in lines]
    if all(OF_TARGET.isdisjoint(named) for named in words):
        return False
    names = _made_of(set(OF_TARGET), list(_assigned(lines, words)))
    return any(_DECIDES.search(line) and not names.isdisjoint(named) for line, named in zip(lines, words, strict=True))


def _assigned(lines: list[bytes], words: list[set[bytes]]) -> Iterator[tuple[set[bytes], set[bytes]]]:
    """(words of the variable's name, all words) of each line that may be an assignment."""
    for line, named in zip(lines, words, strict=True):
        assigned = _ASSIGNED.match(line)
        if assigned is not None and (b"=" in line or b"define" in named):
            yield set(_WORD.findall(assigned[1])), named


def _made_of(names: set[bytes], assigned: list[tuple[set[bytes], set[bytes]]]) -> set[bytes]:
    """`names` and the variables whose values come from any of them."""
    grown = True
    while grown:
        grown = False
        for made, named in assigned:
            if not made <= names and not names.isdisjoint(named):
                names |= made
                grown = True
    return names
