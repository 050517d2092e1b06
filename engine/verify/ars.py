"""Members of ar archives, as static libraries and Debian packages are: the common format, GNU's and BSD's names."""

from __future__ import annotations

from functools import partial

import xxhash

from engine.verify.content import Content
from engine.verify.members import MOST_MEMBERS, Member
from engine.verify.tokens import seconds_shown

_MAGIC = b"!<arch>\n"
_HEADER_BYTES = 60


def ar_members(content: Content) -> list[Member] | None:
    """The members in their order, the symbol table among them; None: no ar archive, or a damaged one."""
    if bytes(content[: len(_MAGIC)]) != _MAGIC:
        return None
    found: list[Member] = []
    names = b""
    at = len(_MAGIC)
    try:
        while at + _HEADER_BYTES <= len(content) and len(found) < MOST_MEMBERS:
            header = bytes(content[at : at + _HEADER_BYTES])
            if header[58:] != b"`\n":
                return None
            size_bytes = int(header[48:58])
            data = content[at + _HEADER_BYTES : at + _HEADER_BYTES + size_bytes]
            if len(data) != size_bytes:
                return None
            if header[:16].rstrip() == b"//":
                names = bytes(data)
            found.append(_member(header, data, names))
            at += _HEADER_BYTES + size_bytes + size_bytes % 2
    except ValueError:
        return None
    return found if at >= len(content) else None


def _member(header: bytes, data: Content, names: bytes) -> Member:
    name = header[:16].rstrip()
    if name.startswith(b"#1/"):
        length = int(name[3:])
        name, data = bytes(data[:length]).rstrip(b"\0"), data[length:]
    elif name[:1] == b"/" and name[1:].isdigit():
        name = names[int(name[1:]) :].partition(b"\n")[0]
    shown = name.rstrip(b"/").decode(errors="backslashreplace") or name.decode()
    stamps = tuple(seconds_shown(int(field)) for field in (header[16:28],) if field.strip())
    mode = int(header[40:48], 8) & 0o7777 if header[40:48].strip() else None
    return Member(shown, stamps, mode, xxhash.xxh3_128_digest(data), partial(_same, data))


def _same(data: Content) -> Content:
    return data
