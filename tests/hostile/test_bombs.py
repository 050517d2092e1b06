"""Small files that name, nest or expand to a great deal: refused in bounded time and memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cache.digest import digest_bytes
from cache.errors import BlobCorrupt
from cache.protobuf import bytes_field, text_field
from cache.tree import decode_tree
from cache.wire import (
    Directory,
    DirectoryNode,
    FileNode,
    SymlinkNode,
    decode_action_result,
    encode_directory,
    encode_tree_records,
)
from engine.errors import InputError
from tests.build.project import BUILT, RESTORED
from tests.hostile.bounded import run_bounded
from tests.hostile.forge import Forge
from tests.sam.project import function, load, resources

CPU_S = 60
"""Ten times what the slowest takes."""
MIB = 1024**2


def doubling(levels: int, breadth: int, *leaves: FileNode) -> bytes:
    """A tree in which each directory names the next one `breadth` times."""
    children = [encode_directory(Directory(leaves))]
    for _ in range(levels):
        digest = digest_bytes(children[-1])
        children.append(
            encode_directory(Directory((), tuple(DirectoryNode(f"{n:04}", digest) for n in range(breadth))))
        )
    return encode_tree_records(children[-1], children[:-1])


def tangle() -> bytes:
    """Links whose texts are as long as any may be, and each of which is followed through forty others."""
    text = ("a/" * 900 + "../" * 700)[:4090]
    links = [SymlinkNode(f"l{number:05}", f"l{number + 1:05}/{text}"[:4090]) for number in range(5000)]
    return encode_tree_records(encode_directory(Directory((), (), tuple(links))), [])


def many_links(size_bytes: int) -> bytes:
    names = (bytes_field(3, text_field(1, f"{number:06x}") + text_field(2, "x")) for number in range(size_bytes // 13))
    return bytes_field(1, b"".join(names))


TREES: dict[str, Callable[[int], bytes]] = {
    "a file of 1 GiB ten thousand times": lambda _: doubling(
        2, 100, FileNode("x", digest_bytes(b"")._replace(size_bytes=2**30 * 200), False, None)
    ),
    "tangled links": lambda _: tangle(),
    "fields without meaning": lambda size: bytes_field(1, b"\x28\x01" * (size // 2)),
    "fields of many numbers": lambda size: bytes_field(1, b"".join([b"\xf0\x01\x01", b"\xf8\x01\x01"] * (size // 6))),
    "directories without bytes": lambda size: b"\x12\x00" * (size // 2),
    "links without bytes": lambda size: bytes_field(1, b"\x1a\x00" * (size // 2)),
    "links": many_links,
    "files without bytes": lambda size: bytes_field(1, b"\x0a\x00" * (size // 2)),
    "a file of many fields": lambda size: bytes_field(1, bytes_field(1, b"\x28\x01" * (size // 2))),
    "a mode of many fields": lambda size: bytes_field(1, bytes_field(5, b"\x28\x01" * (size // 2))),
}


@pytest.mark.parametrize("make", TREES.values(), ids=TREES)
def test_a_tree_that_unfolds_is_refused_in_bounded_time_and_memory(
    make: Callable[[int], bytes], torture: bool, figure: Callable[[str, int], None]
) -> None:
    message = make((250 if torture else 14) * MIB)

    def read() -> None:
        with pytest.raises(BlobCorrupt):
            decode_tree(message)

    figure("bombs", 1)
    assert run_bounded(read, CPU_S).report == ""


def test_a_result_of_many_fields_is_refused_in_bounded_time_and_memory() -> None:
    for message in (b"\x28\x01" * (8 * MIB), b"\x12\x00" * (8 * MIB), bytes_field(3, b"\x28\x01" * (8 * MIB))):

        def read(message: bytes = message) -> None:
            with pytest.raises(BlobCorrupt):
                decode_action_result(message)

        assert run_bounded(read, CPU_S).report == ""


def test_a_build_refuses_a_tree_that_unfolds(forge: Forge) -> None:
    forge.change_tree(doubling(150, 2))
    ended = run_bounded(lambda: forge.assert_refused(forge.key), CPU_S)
    assert ended.is_well, ended.report


def test_a_build_does_not_fill_the_disk(forge: Forge) -> None:
    """A blob of 64 MiB, ten thousand times."""
    blob = forge.put_blob(bytes(64 * MIB))
    forge.change_tree(doubling(2, 100, FileNode("x", blob, False, None)))
    assert forge.build() == BUILT
    [warning] = forge.project.warnings
    assert "bytes, more than is free" in warning
    assert forge.build() == RESTORED


DOCUMENTS: dict[str, Callable[[], str]] = {
    "a billion laughs": lambda: (
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    ),
    "laughs in a resource": lambda: (
        "".join(
            [f"A{n}: &a{n} {{{', '.join(f'k{k}: *a{n - 1}' for k in range(9)) if n else 'x: y'}}}\n" for n in range(12)]
        )
        + resources(function(more="Layers: *a11"))
    ),
    "merges": lambda: (
        "a0: &a0 {k: v}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 12))
    ),
    "a mapping in itself": lambda: "Resources: &r\n  A: *r\n",
    "a list in itself": lambda: "Resources: &r [*r]\n",
    "a hundred thousand brackets": lambda: "[" * 100_000,
    "a hundred thousand braces": lambda: '{"a":' * 100_000,
    "a hundred thousand dashes": lambda: "- " * 100_000,
    "a hundred thousand keys that are lists": lambda: "? " * 100_000,
    "a million digits": lambda: "Resources: " + "9" * 1_000_000,
    "a million sixties": lambda: "Resources: 1" + ":1" * 1_000_000,
    "a million digits of another base": lambda: "Resources: 0x" + "f" * 1_000_000,
    "JSON's million digits": lambda: '{"Resources": ' + "9" * 1_000_000 + "}",
    "an infinite number": lambda: "Resources: {A: .inf, B: .nan}",
    "a key that is a list": lambda: "Resources:\n  ? [a]\n  : {Type: x}\n",
    "a key that is a mapping": lambda: "Resources:\n  ? {a: b}\n  : {Type: x}\n",
    "a tab": lambda: "Resources:\n\tA: {Type: x}\n",
    "UTF-16": lambda: "\ufeffResources: {}".encode("utf-16").decode("latin-1"),
    "a tag that makes objects": lambda: "Resources: !!python/object/apply:os.system [touch owned]",
    "conditions that name each other": lambda: (
        "Conditions: {A: !Not [{Condition: B}], B: !Not [{Condition: A}]}\n"
        + resources(function(more="Layers: !If [A, [x], [y]]", code="{'Fn::If': [A, a, b]}"))
    ),
    "intrinsics in a deep chain": lambda: resources(
        function(more="Layers: " + "{'Fn::Join': [',', [" * 45 + "x" + "]]}" * 45)
    ),
    "texts that grow": lambda: (
        "Parameters:\n  P0: {Type: String, Default: "
        + "x" * 1000
        + "}\n"
        + resources(function(more="FunctionName: !Sub ['" + "${a}" * 100_000 + "', {a: !Ref P0}]"))
    ),
    "loops in loops": lambda: (
        "Transform: AWS::LanguageExtensions\nResources:\n"
        + "".join(
            "  " * n
            + f"  Fn::ForEach::L{n}:\n"
            + "  " * n
            + f"  - V{n}\n"
            + "  " * n
            + f"  - [{', '.join(map(str, range(99)))}]\n"
            + "  " * n
            + "  -\n"
            for n in range(1, 6)
        )
        + " " * 16
        + "${V1}${V2}${V3}${V4}${V5}: {Type: A}\n"
    ),
    "an include of itself": lambda: resources(
        function(more="Layers: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: template.yaml}}}")
    ),
    "a stack in itself": lambda: (
        "Resources: {A: {Type: AWS::Serverless::Application, Properties: {Location: template.yaml}}}"
    ),
    "a template that is a device": lambda: (
        "Resources: {A: {Type: AWS::Serverless::Application, Properties: {Location: /dev/zero}}}"
    ),
    "targets in a ring": lambda: resources(
        function("A", metadata="BuildProperties: {DependsOn: [B]}"),
        function("B", metadata="BuildProperties: {DependsOn: [A]}"),
    ),
}


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_template_that_expands_is_read_or_refused(
    make: Callable[[], str], tmp_path: Path, figure: Callable[[str, int], None]
) -> None:
    text = make()

    def read() -> None:
        for loops in (False, True):
            try:
                application = load(tmp_path, text, language_extensions=loops)
                application.render({})
                application.build_toml()
            except InputError as error:
                told = [error.message, *[value for _, value in error.rows]]
                assert all(len(part) < 2000 for part in told)

    figure("bombs", 1)
    ended = run_bounded(read, CPU_S)
    assert ended.is_well, ended.report
    assert not (tmp_path / "owned").exists()
