"""`Directory` messages in the plain form that nearly all have, read node by node instead of field by field."""

from __future__ import annotations

import re

from cache.digest import Digest
from cache.protobuf import read_varint
from cache.wire import MAX_ROWS, Directory, DirectoryNode, FileNode

_LENGTH = rb"([\x80-\xff]?[\x01-\x7f])"
_NAMED = _LENGTH + rb"\x0a" + _LENGTH + rb"(.+?)"
_DIGEST = rb"\x12([\x42-\x4d])\x0a\x40([0-9a-f]{64})(?:\x10([\x80-\xff]{0,8}[\x01-\x7f]))?"
_SMALLEST_NODE_BYTES = 73
_FILE = re.compile(rb"\x0a" + _NAMED + _DIGEST + rb"(\x20\x01)?", re.DOTALL)
_DIRECTORY = re.compile(rb"\x12" + _NAMED + _DIGEST, re.DOTALL)


def plain_directory(data: bytes) -> Directory | None:
    """The directory, where it holds only files and directories without properties, in canonical form.

    The pattern guesses where a name ends; the lengths that the message gives say whether it guessed right. None means
    that the message must be read in the general way, which also says what is wrong with it.
    """
    if len(data) > MAX_ROWS * _SMALLEST_NODE_BYTES:  # it may have more entries than are read, which this does not count
        return None
    files: list[FileNode] = []
    directories: list[DirectoryNode] = []
    at = 0
    try:
        while node := _FILE.match(data, at):
            files.append(FileNode(*_named(node), node[7] is not None, None))
            at = node.end()
        while node := _DIRECTORY.match(data, at):
            directories.append(DirectoryNode(*_named(node)))
            at = node.end()
    except ValueError:  # not UTF-8, or a length that is not so
        return None
    return Directory(tuple(files), tuple(directories), (), None) if at == len(data) else None


def _named(node: re.Match[bytes]) -> tuple[str, Digest]:
    whole, of_name, name, of_digest, hash_, size = node.groups()[:6]
    is_so = _number(whole) == node.end() - node.end(1) and _number(of_name) == len(name)
    if not is_so or of_digest[0] != 66 + (1 + len(size) if size else 0):
        raise ValueError("a length is not so")
    return name.decode(), Digest(hash_.decode(), _number(size) if size else 0)


def _number(varint: bytes) -> int:
    return varint[0] if len(varint) == 1 else read_varint(varint, 0)[0]
