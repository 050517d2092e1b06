"""Damaged and forged entries of a real store: refused, a miss, named in one warning; the build is right."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from cache.digest import EMPTY, Digest, digest_bytes
from cache.protobuf import bytes_field, int_field, text_field, write_varint
from cache.wire import (
    Directory,
    DirectoryNode,
    FileNode,
    OutputDirectory,
    SymlinkNode,
    encode_action_result,
    encode_digest,
    encode_directory,
    encode_tree_records,
)
from tests.build.project import BUILT, RESTORED, UP_TO_DATE, function, template
from tests.hostile.forge import APP, ARTIFACT, Forge

APP_DIGEST = digest_bytes(APP)
FILE = FileNode("app.py", APP_DIGEST, False, None)
NOWHERE = Digest("ab" * 32, 7)


def tree(*nodes: FileNode | SymlinkNode | DirectoryNode, children: tuple[Directory, ...] = ()) -> bytes:
    files = tuple(node for node in nodes if isinstance(node, FileNode))
    links = tuple(node for node in nodes if isinstance(node, SymlinkNode))
    directories = tuple(node for node in nodes if isinstance(node, DirectoryNode))
    root = encode_directory(Directory(files, directories, links))
    return encode_tree_records(root, [encode_directory(child) for child in children])


def named(name: str, directory: Directory) -> DirectoryNode:
    return DirectoryNode(name, digest_bytes(encode_directory(directory)))


INNER = Directory((FILE,))
TREES = {
    "an absolute path": tree(FILE._replace(name="/etc/app.py")),
    "a path upwards": tree(FILE._replace(name="../app.py")),
    "the name ..": tree(named("..", INNER), children=(INNER,)),
    "the name .": tree(FILE._replace(name=".")),
    "no name": tree(FILE._replace(name="")),
    "a NUL in a name": tree(FILE._replace(name="app\0.py")),
    "a name too long": tree(FILE._replace(name="x" * 256)),
    "a slash in a directory's name": tree(named("a/b", INNER), children=(INNER,)),
    "an absolute link": tree(SymlinkNode("app.py", "/etc/passwd")),
    "a link upwards": tree(SymlinkNode("app.py", "../../../../outside/file")),
    "a link out through a link": tree(
        named("a", Directory((), (), (SymlinkNode("up", ".."),))),
        SymlinkNode("b", "a/up/../outside"),
        children=(Directory((), (), (SymlinkNode("up", ".."),)),),
    ),
    "a link without text": tree(SymlinkNode("app.py", "")),
    "a NUL in a link": tree(SymlinkNode("app.py", "a\0b")),
    "a link's text too long": tree(SymlinkNode("app.py", "a" * 4096)),
    "a file twice": tree(FILE, FILE),
    "a file and a directory of one name": tree(FILE, named("app.py", INNER), children=(INNER,)),
    "a link and a directory of one name": tree(
        SymlinkNode("d", "x"), named("d", INNER), children=(INNER,)
    ),
    "names out of order": tree(FILE, FILE._replace(name="aa")),
    "a set-uid mode too many": tree(FILE._replace(unix_mode=0o10644)),
    "a mode of 64 bits": tree(FILE._replace(unix_mode=2**64 - 1)),
    "a directory that is not held": tree(DirectoryNode("d", NOWHERE)),
    "a directory of another size": tree(
        DirectoryNode("d", Digest(digest_bytes(encode_directory(INNER)).hash, 1)), children=(INNER,)
    ),
    "a file that is not there": tree(FILE._replace(digest=NOWHERE)),
    "a file of another size": tree(FILE._replace(digest=Digest(APP_DIGEST.hash, 5))),
    "a file of 8 exabytes": tree(FILE._replace(digest=Digest(APP_DIGEST.hash, 2**63 - 1))),
    "a file of negative size": tree(FILE._replace(digest=Digest(APP_DIGEST.hash, -1))),
    "a hash of other letters": tree(FILE._replace(digest=Digest("../" * 21 + "x", 5))),
    "a hash in capitals": tree(FILE._replace(digest=Digest(APP_DIGEST.hash.upper(), len(APP)))),
    "a name that is not UTF-8": bytes_field(1, bytes_field(1, bytes_field(1, b"\xff"))),
    "a node that is a number": bytes_field(1, int_field(1, 5)),
    "a root that is a number": int_field(1, 5),
    "a field without a number": b"\x02\x00",
    "a group": b"\x0b\x0c",
    "wire type 7": b"\x0f",
    "a number of eleven bytes": b"\x08" + b"\xff" * 10 + b"\x01",
    "a number beyond 64 bits": b"\x08" + b"\xff" * 9 + b"\x7f",
    "a length beyond the end": b"\x0a" + write_varint(2**40),
    "an end inside a number": b"\x08\x80",
    "no bytes of a message": b"\xff" * 40,
}  # fmt: skip


@pytest.mark.parametrize("message", TREES.values(), ids=TREES)
def test_a_hostile_tree_is_refused(forge: Forge, message: bytes) -> None:
    forge.change_tree(message)
    forge.assert_refused(forge.key)


def test_a_tree_too_deep_is_refused(forge: Forge) -> None:
    levels = [INNER]
    for _ in range(201):
        levels.append(Directory((), (named("d", levels[-1]),)))
    root = levels.pop()
    forge.change_tree(encode_tree_records(encode_directory(root), map(encode_directory, levels)))
    forge.assert_refused(forge.key, "deep")


def test_harmless_oddities_are_taken_as_they_are(forge: Forge) -> None:
    """Links that lead nowhere or in a ring, and names that differ in case alone, are what make may leave."""
    files = (FILE._replace(name="A"), FILE._replace(name="a"))
    links = (SymlinkNode("nowhere", "a/b/c"), SymlinkNode("ring", "ring2"), SymlinkNode("ring2", "ring"))
    forge.change_tree(tree(*files, *links))
    assert forge.build() == RESTORED
    assert forge.project.warnings == []
    expected = {"A": APP, "a": APP, "nowhere": "a/b/c", "ring": "ring2", "ring2": "ring"}
    assert forge.project.tree("Fn") == expected
    assert forge.project.build() == {"Fn": UP_TO_DATE}


LIARS: dict[str, Callable[[Forge], Digest]] = {
    "a tree": lambda forge: forge.tree_digest,
    "a file": lambda forge: APP_DIGEST,
    "a log": lambda forge: forge.log_digest,
}


@pytest.mark.parametrize("which", LIARS)
@pytest.mark.parametrize("how", ["other bytes", "cut", "longer", "empty", "gone"])
def test_a_blob_that_is_not_what_its_name_says_is_refused(forge: Forge, which: str, how: str) -> None:
    digest = LIARS[which](forge)
    data = forge.blob_path(digest).read_bytes()
    other = {"other bytes": data[:-1] + b"!", "cut": data[:-1], "longer": data + b"!", "empty": b""}
    forge.put_blob(other.get(how, b""), digest)
    if how == "gone":
        forge.blob_path(digest).unlink()
    forge.assert_refused(digest.hash)


RESULTS = {
    "nothing": b"",
    "no message": b"\xff" * 30,
    "a field without a number": b"\x00\x00",
    "wire type 6": b"\x0e",
    "an end inside a field": b"\x1a\x7f\x01",
    "a number where a directory belongs": int_field(3, 1),
    "a directory where the exit code belongs": bytes_field(4, b"x"),
    "times that are numbers": int_field(9, 1),
    "a path that is not UTF-8": bytes_field(3, bytes_field(1, b"\xff") + bytes_field(3, encode_digest(EMPTY))),
    "a directory without a digest": bytes_field(3, text_field(1, "x")),
}


@pytest.mark.parametrize("message", RESULTS.values(), ids=RESULTS)
def test_a_result_that_is_no_message_is_refused(forge: Forge, message: bytes) -> None:
    forge.put_result(message)
    forge.assert_refused(forge.key)


SHAPES = {
    "of a failure": {"exit_code": 1},
    "of a huge exit code": {"exit_code": 2**31 - 1},
    "without a directory": {"output_directories": ()},
    "with a directory twice": {"output_directories": (OutputDirectory("", EMPTY),) * 2},
    "with a path upwards": {"output_directories": (OutputDirectory("../../x", EMPTY),)},
    "with an absent tree": {"output_directories": (OutputDirectory("", NOWHERE),)},
    "with a tree of no bytes": {"output_directories": (OutputDirectory("", NOWHERE._replace(size_bytes=0)),)},
    "with a huge tree": {"output_directories": (OutputDirectory("", NOWHERE._replace(size_bytes=2**62)),)},
    "with an absent log": {"stdout_digest": NOWHERE},
    "with an absent second log": {"stderr_digest": NOWHERE},
}


@pytest.mark.parametrize("changes", SHAPES.values(), ids=SHAPES)
def test_a_result_of_another_shape_is_refused(forge: Forge, changes: dict[str, object]) -> None:
    forge.put_blob(b"", EMPTY)
    forge.change_result(**changes)
    forge.assert_refused(forge.key)


def test_a_log_larger_than_any_is_refused(forge: Forge) -> None:
    digest = forge.put_blob(b"", Digest("cd" * 32, 64 * 1024**2 + 1))
    with open(forge.blob_path(digest), "r+b") as file:
        file.truncate(digest.size_bytes)
    forge.change_result(stdout_digest=digest)
    forge.assert_refused(digest.hash)


def test_a_result_larger_than_any_is_refused(forge: Forge) -> None:
    filler = bytes_field(2000, bytes(17 * 1024**2))
    forge.put_result(encode_action_result(forge.result) + filler)
    forge.assert_refused(forge.key)


@pytest.mark.parametrize("end", [0, 1, 20, 36, 60, -1])
def test_a_result_that_was_cut_is_refused(forge: Forge, end: int) -> None:
    data = forge.result_path.read_bytes()
    forge.result_path.write_bytes(data[:end])
    forge.assert_refused(forge.key)


def test_the_result_of_another_action_is_refused(forge: Forge) -> None:
    """A file of the store that was copied or renamed, as tools that move caches may do."""
    project = forge.project
    project.write({"src/app.py": "print('two')\n"})
    [other] = project.outcome().results
    assert other.state == BUILT
    assert other.key is not None
    project.write({"src/app.py": APP.decode()})
    shutil.copy(project.store / "ac" / other.key[:2] / other.key, forge.result_path)
    forge.settle()
    forge.assert_refused(forge.key)


def test_unknown_fields_are_passed_over(forge: Forge) -> None:
    unknown = bytes_field(1999, b"x") + int_field(1998, 7) + write_varint(1997 << 3 | 1) + bytes(8)
    unknown += write_varint(1996 << 3 | 5) + bytes(4)
    message = forge.blob_path(forge.tree_digest).read_bytes()
    digest = forge.put_blob(message + unknown)
    output = bytes_field(3, bytes_field(3, encode_digest(digest)) + unknown)
    forge.put_result(output + unknown)
    shutil.rmtree(forge.project.root / ".aws-sam")
    assert forge.project.build() == {"Fn": RESTORED}
    assert forge.project.tree("Fn") == ARTIFACT


@pytest.mark.parametrize("start_ns", [None, -(2**63) * 10**9, 0, 2**62])
def test_absurd_times_do_no_harm(forge: Forge, start_ns: int | None) -> None:
    forge.change_result(execution_start_ns=start_ns, execution_completed_ns=(2**63 - 1) * 10**9)
    forge.assert_harmless()
    assert forge.project.build() == {"Fn": UP_TO_DATE}
    forge.project.write({"src/app.py": "print('three')\n"})
    assert forge.project.build() == {"Fn": BUILT}


def test_many_damaged_results_are_not_as_many_warnings(forge: Forge) -> None:
    names = [f"F{number}" for number in range(40)]
    forge.project.write({"template.yaml": template(**dict.fromkeys(names, function()))})
    assert set(forge.project.build(jobs=8).values()) == {BUILT}
    for path in (forge.project.store / "ac").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1])
    shutil.rmtree(forge.project.root / ".aws-sam")
    assert set(forge.project.build(jobs=8).values()) == {BUILT}
    assert 0 < len(forge.project.warnings) < 10
