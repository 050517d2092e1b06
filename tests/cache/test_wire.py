"""The messages of the Remote Execution API: the bytes are those of the protobuf runtime."""

from __future__ import annotations

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

from cache.digest import Digest, digest_bytes
from cache.errors import BlobCorrupt
from cache.wire import (
    ActionResult,
    Directory,
    DirectoryNode,
    FileNode,
    OutputDirectory,
    OutputFile,
    SymlinkNode,
    decode_action_result,
    decode_digest,
    decode_directory,
    decode_tree_records,
    encode_action_result,
    encode_digest,
    encode_directory,
    encode_tree_records,
)

ONE, TWO, NONE = digest_bytes(b"one"), digest_bytes(b"two" * 1000), digest_bytes(b"")

# Message -> field -> (number, type, repeated); types with a capital are messages.
SCHEMA: dict[str, dict[str, tuple[int, str, bool]]] = {
    "Digest": {"hash": (1, "string", False), "size_bytes": (2, "int64", False)},
    "UInt32Value": {"value": (1, "uint32", False)},
    "Timestamp": {"seconds": (1, "int64", False), "nanos": (2, "int32", False)},
    "NodeProperty": {"name": (1, "string", False), "value": (2, "string", False)},
    "NodeProperties": {
        "properties": (1, "NodeProperty", True),
        "mtime": (2, "Timestamp", False),
        "unix_mode": (3, "UInt32Value", False),
    },
    "FileNode": {
        "name": (1, "string", False),
        "digest": (2, "Digest", False),
        "is_executable": (4, "bool", False),
        "node_properties": (6, "NodeProperties", False),
    },
    "DirectoryNode": {"name": (1, "string", False), "digest": (2, "Digest", False)},
    "SymlinkNode": {
        "name": (1, "string", False),
        "target": (2, "string", False),
        "node_properties": (4, "NodeProperties", False),
    },
    "Directory": {
        "files": (1, "FileNode", True),
        "directories": (2, "DirectoryNode", True),
        "symlinks": (3, "SymlinkNode", True),
        "node_properties": (5, "NodeProperties", False),
    },
    "Tree": {"root": (1, "Directory", False), "children": (2, "Directory", True)},
    "OutputFile": {
        "path": (1, "string", False),
        "digest": (2, "Digest", False),
        "is_executable": (4, "bool", False),
        "contents": (5, "bytes", False),
    },
    "OutputDirectory": {
        "path": (1, "string", False),
        "tree_digest": (3, "Digest", False),
        "is_topologically_sorted": (4, "bool", False),
        "root_directory_digest": (5, "Digest", False),
    },
    "ExecutedActionMetadata": {
        "worker": (1, "string", False),
        "execution_start_timestamp": (7, "Timestamp", False),
        "execution_completed_timestamp": (8, "Timestamp", False),
    },
    "ActionResult": {
        "output_files": (2, "OutputFile", True),
        "output_directories": (3, "OutputDirectory", True),
        "exit_code": (4, "int32", False),
        "stdout_raw": (5, "bytes", False),
        "stdout_digest": (6, "Digest", False),
        "stderr_digest": (8, "Digest", False),
        "execution_metadata": (9, "ExecutedActionMetadata", False),
    },
}


def _messages() -> dict[str, type[Message]]:
    """Classes of the protobuf runtime for the schema."""
    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="schema.proto", package="schema", syntax="proto3")
    for message_name, fields in SCHEMA.items():
        message = file.message_type.add(name=message_name)
        for name, (number, kind, repeated) in fields.items():
            label = kinds.LABEL_REPEATED if repeated else kinds.LABEL_OPTIONAL
            field = message.field.add(name=name, number=number, label=label)
            if kind in SCHEMA:
                field.type, field.type_name = kinds.TYPE_MESSAGE, f".schema.{kind}"
            else:
                field.type = kinds.Type.Value(f"TYPE_{kind.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"schema.{name}")) for name in SCHEMA}


REFERENCE = _messages()


def serialized(message: Message) -> bytes:
    data = message.SerializeToString(deterministic=True)
    assert isinstance(data, bytes)
    return data


def row(digest: Digest) -> Message:
    return REFERENCE["Digest"](hash=digest.hash, size_bytes=digest.size_bytes)


def mode(bits: int) -> Message:
    return REFERENCE["NodeProperties"](unix_mode=REFERENCE["UInt32Value"](value=bits))


DIRECTORY = Directory(
    files=(
        FileNode("a", ONE, False, None),
        FileNode("b" * 200, TWO, True, None),
        FileNode("c \N{SNOWMAN}", NONE, True, 0o700),
        FileNode("d", ONE, False, 0),
    ),
    directories=(DirectoryNode("sub", TWO),),
    symlinks=(SymlinkNode("link", "../x"),),
    unix_mode=0o2755,
)


def reference_directory() -> Message:
    return REFERENCE["Directory"](
        files=[
            REFERENCE["FileNode"](name="a", digest=row(ONE)),
            REFERENCE["FileNode"](name="b" * 200, digest=row(TWO), is_executable=True),
            REFERENCE["FileNode"](
                name="c \N{SNOWMAN}", digest=row(NONE), is_executable=True, node_properties=mode(0o700)
            ),
            REFERENCE["FileNode"](name="d", digest=row(ONE), node_properties=mode(0)),
        ],
        directories=[REFERENCE["DirectoryNode"](name="sub", digest=row(TWO))],
        symlinks=[REFERENCE["SymlinkNode"](name="link", target="../x")],
        node_properties=mode(0o2755),
    )


RESULT = ActionResult(
    exit_code=-3,
    output_directories=(OutputDirectory("out", ONE, TWO), OutputDirectory("", TWO, None, False)),
    stdout_digest=NONE,
    execution_start_ns=1_700_000_000_000_000_001,
    execution_completed_ns=1_700_000_123_000_000_000,
    stderr_digest=ONE,
    output_files=(OutputFile("x", TWO, True),),
)


def reference_result() -> Message:
    stamp = REFERENCE["Timestamp"]
    return REFERENCE["ActionResult"](
        exit_code=-3,
        output_directories=[
            REFERENCE["OutputDirectory"](
                path="out", tree_digest=row(ONE), root_directory_digest=row(TWO), is_topologically_sorted=True
            ),
            REFERENCE["OutputDirectory"](tree_digest=row(TWO)),
        ],
        stdout_digest=row(NONE),
        stderr_digest=row(ONE),
        output_files=[REFERENCE["OutputFile"](path="x", digest=row(TWO), is_executable=True)],
        execution_metadata=REFERENCE["ExecutedActionMetadata"](
            execution_start_timestamp=stamp(seconds=1_700_000_000, nanos=1),
            execution_completed_timestamp=stamp(seconds=1_700_000_123),
        ),
    )


def test_directories_have_the_runtimes_bytes_and_come_back() -> None:
    data = serialized(reference_directory())
    assert encode_directory(DIRECTORY) == data
    assert decode_directory(data) == DIRECTORY
    assert encode_directory(Directory()) == b""
    assert decode_directory(b"") == Directory()


def test_results_have_the_runtimes_bytes_and_come_back() -> None:
    data = serialized(reference_result())
    assert encode_action_result(RESULT) == data
    assert decode_action_result(data) == RESULT
    assert encode_action_result(ActionResult()) == b""
    assert decode_action_result(b"") == ActionResult()


def test_trees_have_the_runtimes_bytes_and_come_back() -> None:
    reference = REFERENCE["Tree"](
        root=reference_directory(), children=[REFERENCE["Directory"](), reference_directory()]
    )
    root = encode_directory(DIRECTORY)
    data = encode_tree_records(root, [b"", root])
    assert data == serialized(reference)
    assert decode_tree_records(data) == (root, [b"", root])


@pytest.mark.parametrize("size_bytes", [0, 1, 127, 128, 2**31, 2**63 - 1])
def test_digests_come_back_through_the_runtime(size_bytes: int) -> None:
    digest = Digest(ONE.hash, size_bytes)
    assert encode_digest(digest) == serialized(row(digest))
    assert decode_digest(encode_digest(digest)) == digest


def test_fields_that_are_not_known_are_skipped() -> None:
    properties = REFERENCE["NodeProperties"](
        properties=[REFERENCE["NodeProperty"](name="colour", value="red")], mtime=REFERENCE["Timestamp"](seconds=1)
    )
    node = REFERENCE["FileNode"](name="a", digest=row(ONE), node_properties=properties)
    assert decode_directory(serialized(REFERENCE["Directory"](files=[node]))).files == (
        FileNode("a", ONE, False, None),
    )
    result = REFERENCE["ActionResult"](
        stdout_raw=b"hello", execution_metadata=REFERENCE["ExecutedActionMetadata"](worker="w")
    )
    assert decode_action_result(serialized(result)) == ActionResult()


@pytest.mark.parametrize(
    "digest",
    [
        Digest("", 0),
        Digest("a" * 63, 1),
        Digest("A" * 64, 1),
        Digest("../" + "a" * 61, 1),
        Digest("a" * 64 + "\n", 1),
        Digest("a" * 64, -1),
    ],
)
def test_a_digest_that_is_no_sha256_is_refused(digest: Digest) -> None:
    with pytest.raises(BlobCorrupt, match="SHA-256"):
        decode_digest(serialized(row(digest)))
    with pytest.raises(BlobCorrupt, match="SHA-256"):
        decode_directory(
            serialized(REFERENCE["Directory"](files=[REFERENCE["FileNode"](name="a", digest=row(digest))]))
        )


def test_a_node_without_a_digest_is_refused() -> None:
    for field, kind in (("files", "FileNode"), ("directories", "DirectoryNode")):
        with pytest.raises(BlobCorrupt, match="without a digest"):
            decode_directory(serialized(REFERENCE["Directory"](**{field: [REFERENCE[kind](name="a")]})))
    with pytest.raises(BlobCorrupt, match="without a digest"):
        decode_action_result(serialized(REFERENCE["ActionResult"](output_directories=[{"path": "x"}])))


@pytest.mark.parametrize("whole", [encode_directory(DIRECTORY), encode_action_result(RESULT)])
def test_every_cut_of_a_message_is_refused_or_another_message(whole: bytes) -> None:
    decode = decode_directory if whole == encode_directory(DIRECTORY) else decode_action_result
    refused = 0
    for end in range(1, len(whole)):
        try:
            assert decode(whole[:end]) != decode(whole)
        except BlobCorrupt:
            refused += 1
    assert refused > len(whole) // 2
