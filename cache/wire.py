"""The wire format of the Remote Execution API's messages that a cache holds, canonical and bounded.

Field numbers are those of `build/bazel/remote/execution/v2/remote_execution.proto`; the encoding is proto3 with
fields in ascending order and defaults left out, so that equal values have equal bytes. Unknown fields are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from cache.digest import Digest
from cache.errors import BlobCorrupt
from cache.protobuf import (
    FIELDS,
    Value,
    as_bytes,
    as_int,
    as_signed,
    as_text,
    bytes_field,
    fields,
    int_field,
    text_field,
)

_HASH = re.compile(r"[0-9a-f]{64}")
MAX_ROWS = 1_000_100
"""Most entries of a directory, or directories of a tree, that are read."""
MAX_OUTPUTS = 200_000
"""Most files and directories of an action result that are read."""
NANOSECONDS = 1_000_000_000


class FileNode(NamedTuple):
    """A file of a directory. `unix_mode`: permission bits, None where `is_executable` says it all."""

    name: str
    digest: Digest
    is_executable: bool
    unix_mode: int | None


class DirectoryNode(NamedTuple):
    """A subdirectory, by the digest of its own `Directory` message."""

    name: str
    digest: Digest


class SymlinkNode(NamedTuple):
    """A symbolic link and its text."""

    name: str
    target: str


class Directory(NamedTuple):
    """One directory; each of the three rows is sorted by name."""

    files: tuple[FileNode, ...] = ()
    directories: tuple[DirectoryNode, ...] = ()
    symlinks: tuple[SymlinkNode, ...] = ()
    unix_mode: int | None = None


class OutputFile(NamedTuple):
    """A single file that an action left."""

    path: str
    digest: Digest
    is_executable: bool = False


class OutputDirectory(NamedTuple):
    """A directory that an action left, by the digest of its `Tree` message."""

    path: str
    tree_digest: Digest
    root_directory_digest: Digest | None = None
    is_topologically_sorted: bool = True


class ActionResult(NamedTuple):
    """What an action left. Times are nanoseconds since the epoch, None where unknown."""

    exit_code: int = 0
    output_directories: tuple[OutputDirectory, ...] = ()
    stdout_digest: Digest | None = None
    execution_start_ns: int | None = None
    execution_completed_ns: int | None = None
    stderr_digest: Digest | None = None
    output_files: tuple[OutputFile, ...] = ()


def _digest_field(number: int, digest: Digest | None) -> bytes:
    return b"" if digest is None else bytes_field(number, encode_digest(digest))


def _mode_field(number: int, unix_mode: int | None) -> bytes:
    """`NodeProperties` with nothing but `unix_mode`, itself a wrapped UInt32Value."""
    return b"" if unix_mode is None else bytes_field(number, bytes_field(3, int_field(1, unix_mode)))


def _timestamp_field(number: int, time_ns: int | None) -> bytes:
    if time_ns is None:
        return b""
    seconds, nanos = divmod(time_ns, NANOSECONDS)
    return bytes_field(number, int_field(1, seconds) + int_field(2, nanos))


def encode_digest(digest: Digest) -> bytes:
    """A `Digest` message."""
    return text_field(1, digest.hash) + int_field(2, digest.size_bytes)


def _encode_file(node: FileNode) -> bytes:
    return (
        text_field(1, node.name)
        + _digest_field(2, node.digest)
        + int_field(4, node.is_executable)
        + _mode_field(6, node.unix_mode)
    )


def encode_directory(directory: Directory) -> bytes:
    """A `Directory` message."""
    parts = [bytes_field(1, _encode_file(node)) for node in directory.files]
    parts += [
        bytes_field(2, text_field(1, node.name) + _digest_field(2, node.digest)) for node in directory.directories
    ]
    parts += [bytes_field(3, text_field(1, node.name) + text_field(2, node.target)) for node in directory.symlinks]
    parts.append(_mode_field(5, directory.unix_mode))
    return b"".join(parts)


def encode_tree_records(root: bytes, children: Iterable[bytes]) -> bytes:
    """A `Tree` message of encoded directories, the root first."""
    return bytes_field(1, root) + b"".join([bytes_field(2, child) for child in children])


def _encode_output_directory(output: OutputDirectory) -> bytes:
    return (
        text_field(1, output.path)
        + _digest_field(3, output.tree_digest)
        + int_field(4, output.is_topologically_sorted)
        + _digest_field(5, output.root_directory_digest)
    )


def _encode_output_file(output: OutputFile) -> bytes:
    return text_field(1, output.path) + _digest_field(2, output.digest) + int_field(4, output.is_executable)


def encode_action_result(result: ActionResult) -> bytes:
    """An `ActionResult` message."""
    times = _timestamp_field(7, result.execution_start_ns) + _timestamp_field(8, result.execution_completed_ns)
    parts = [bytes_field(2, _encode_output_file(output)) for output in result.output_files]
    parts += [bytes_field(3, _encode_output_directory(output)) for output in result.output_directories]
    parts.append(int_field(4, result.exit_code))
    parts.append(_digest_field(6, result.stdout_digest))
    parts.append(_digest_field(8, result.stderr_digest))
    parts.append(bytes_field(9, times) if times else b"")
    return b"".join(parts)


def decode_digest(data: bytes) -> Digest:
    """A `Digest` whose hash has the form of SHA-256 and whose size is not negative."""
    row = dict(fields(data))
    hash_, size_bytes = as_text(row.get(1, b"")), as_signed(row.get(2, 0), 64)
    if _HASH.fullmatch(hash_) is None or size_bytes < 0:
        raise BlobCorrupt("a digest in a message is not a SHA-256 with a size")
    return Digest(hash_, size_bytes)


def _optional_digest(value: Value | None) -> Digest | None:
    return None if value is None else decode_digest(as_bytes(value))


def _digest(value: Value | None) -> Digest:
    if value is None:
        raise BlobCorrupt("a message names a file or directory without a digest")
    return decode_digest(as_bytes(value))


def _mode(value: Value | None) -> int | None:
    """`unix_mode` of `NodeProperties`; the other properties say nothing about a tree's content."""
    if value is None:
        return None
    wrapped = dict(fields(as_bytes(value))).get(3)
    return None if wrapped is None else as_int(dict(fields(as_bytes(wrapped))).get(1, 0))


def _file(value: Value) -> FileNode:
    row = dict(fields(as_bytes(value)))
    return FileNode(as_text(row.get(1, b"")), _digest(row.get(2)), bool(as_int(row.get(4, 0))), _mode(row.get(6)))


def _directory(value: Value) -> DirectoryNode:
    row = dict(fields(as_bytes(value)))
    return DirectoryNode(as_text(row.get(1, b"")), _digest(row.get(2)))


def _symlink(value: Value) -> SymlinkNode:
    row = dict(fields(as_bytes(value)))
    return SymlinkNode(as_text(row.get(1, b"")), as_text(row.get(2, b"")))


def decode_directory(data: bytes) -> Directory:
    """A `Directory` as it was written; names and order are not judged here.

    Raises:
        BlobCorrupt: `data` is not such a message.
    """
    rows = _rows(data, (1, 2, 3), MAX_ROWS)
    return Directory(
        tuple(map(_file, rows.get(1, ()))),
        tuple(map(_directory, rows.get(2, ()))),
        tuple(map(_symlink, rows.get(3, ()))),
        _mode(rows[5][-1]) if 5 in rows else None,
    )


def _rows(data: bytes, lists: tuple[int, ...], most: int) -> dict[int, list[Value]]:
    """The values of each field; `most` in all, of which few are not in `lists`."""
    rows: dict[int, list[Value]] = {}
    others = 0
    for number, value in fields(data, most):
        if number not in lists:
            others += 1
            if others > FIELDS:
                raise BlobCorrupt("a message has more fields than any needs")
        rows.setdefault(number, []).append(value)
    return rows


def decode_tree_records(data: bytes) -> tuple[bytes, list[bytes]]:
    """The encoded root and children of a `Tree`.

    Raises:
        BlobCorrupt: `data` is not such a message.
    """
    root = b""
    children: list[bytes] = []
    for number, value in fields(data, MAX_ROWS):
        if number == 1:
            root = as_bytes(value)
        elif number == 2:
            children.append(as_bytes(value))
    return root, children


def _time_ns(value: Value | None) -> int | None:
    if value is None:
        return None
    row = dict(fields(as_bytes(value)))
    return as_signed(row.get(1, 0), 64) * NANOSECONDS + as_signed(row.get(2, 0), 32)


def _output_directory(value: Value) -> OutputDirectory:
    row = dict(fields(as_bytes(value)))
    is_sorted = bool(as_int(row.get(4, 0)))
    return OutputDirectory(as_text(row.get(1, b"")), _digest(row.get(3)), _optional_digest(row.get(5)), is_sorted)


def _output_file(value: Value) -> OutputFile:
    row = dict(fields(as_bytes(value)))
    return OutputFile(as_text(row.get(1, b"")), _digest(row.get(2)), bool(as_int(row.get(4, 0))))


def decode_action_result(data: bytes) -> ActionResult:
    """An `ActionResult`, less what this engine has no use for.

    Raises:
        BlobCorrupt: `data` is not such a message.
    """
    rows = _rows(data, (2, 3), MAX_OUTPUTS)
    last = {number: values[-1] for number, values in rows.items()}
    times = dict(fields(as_bytes(last.get(9, b""))))
    return ActionResult(
        exit_code=as_signed(last.get(4, 0), 32),
        output_directories=tuple(map(_output_directory, rows.get(3, ()))),
        stdout_digest=_optional_digest(last.get(6)),
        execution_start_ns=_time_ns(times.get(7)),
        execution_completed_ns=_time_ns(times.get(8)),
        stderr_digest=_optional_digest(last.get(8)),
        output_files=tuple(map(_output_file, rows.get(2, ()))),
    )
