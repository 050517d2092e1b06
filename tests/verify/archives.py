"""Archives as tests want them: every header field stated."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import NamedTuple

DAY = (2024, 2, 29, 12, 30, 2)
NEXT_DAY = (2024, 3, 1, 12, 30, 2)
SECONDS = 1_709_209_802


class File(NamedTuple):
    """A member."""

    name: str
    data: bytes = b"data"
    day: tuple[int, int, int, int, int, int] = DAY
    seconds: float = SECONDS
    mode: int = 0o644
    extra: bytes = b""
    method: int = zipfile.ZIP_DEFLATED


def zipped(*files: File, comment: bytes = b"") -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.comment = comment
        for file in files:
            row = zipfile.ZipInfo(file.name, file.day)
            row.external_attr = (0o100000 | file.mode) << 16
            row.compress_type, row.extra, row.create_system = file.method, file.extra, 3
            archive.writestr(row, file.data)
    return buffer.getvalue()


def tarred(*files: File, form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for file in files:
            row = tarfile.TarInfo(file.name)
            row.size, row.mtime, row.mode = len(file.data), file.seconds, file.mode
            archive.addfile(row, io.BytesIO(file.data))
    return buffer.getvalue()


def ar(*files: File) -> bytes:
    """An ar archive with GNU's names."""
    parts = [b"!<arch>\n"]
    for file in files:
        size = len(file.data)
        header = f"{file.name + '/':<16}{int(file.seconds):<12}{0:<6}{0:<6}{0o100000 | file.mode:<8o}{size:<10}`\n"
        parts += [header.encode(), file.data, b"\n" * (size % 2)]
    return b"".join(parts)


def gzipped(data: bytes, seconds: int = SECONDS, level: int = 9) -> bytes:
    """A gzip stream."""
    return gzip.compress(data, level, mtime=seconds)
