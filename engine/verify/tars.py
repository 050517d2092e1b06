"""Members of tar archives, of every format that Python knows."""

from __future__ import annotations

import io
import tarfile
from functools import partial

import xxhash

from engine.verify.content import Content
from engine.verify.members import MOST_MEMBERS, Member
from engine.verify.tokens import seconds_shown

_MAGIC = slice(257, 262)


class _File(io.RawIOBase):
    """A content as a file that is read."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._content)}[whence]
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = len(self._content) if size is None or size < 0 else self._at + size
        data = bytes(self._content[self._at : end])
        self._at += len(data)
        return data


def tar_members(content: Content) -> list[Member] | None:
    """The members in their order; None: no tar archive, or a damaged one."""
    if bytes(content[_MAGIC]) != b"ustar":
        return None
    found: list[Member] = []
    try:
        with tarfile.open(fileobj=_File(content), mode="r:") as archive:
            for row in archive:
                if len(found) == MOST_MEMBERS:
                    return None
                found.append(_member(content, row))
    except (tarfile.TarError, EOFError, ValueError, OSError, ArithmeticError, RecursionError):
        return None
    return found


def _member(content: Content, row: tarfile.TarInfo) -> Member:
    data = (
        content[row.offset_data : row.offset_data + row.size]
        if row.isreg()
        else memoryview(row.linkname.encode(errors="surrogateescape"))
    )
    stamps = [seconds_shown(row.mtime) if row.mtime == int(row.mtime) else str(row.mtime)]
    stamps += [f"{name} {row.pax_headers[name]}" for name in ("mtime", "atime", "ctime") if name in row.pax_headers]
    identity = (row.type, xxhash.xxh3_128_digest(data))
    return Member(row.name, tuple(stamps), row.mode & 0o7777, identity, partial(_same, data))


def _same(data: Content) -> Content:
    return data
