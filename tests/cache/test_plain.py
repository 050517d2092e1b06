from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cache.digest import Digest, digest_bytes
from cache.errors import BlobCorrupt
from cache.plain import plain_directory
from cache.wire import Directory, DirectoryNode, FileNode, SymlinkNode, decode_directory, encode_directory

ONE = digest_bytes(b"one")
DIGESTS = st.builds(
    Digest, st.sampled_from([ONE.hash, "0" * 64]), st.sampled_from([0, 1, 127, 128, 2**32, 2**62, 2**63 - 1])
)
# Names that hold what the pattern looks for after a name, and those whose lengths take two bytes.
TAIL = b"\x12\x42\x0a\x40" + b"0" * 64
NAMES = st.one_of(
    st.text(min_size=1, max_size=130), st.just(TAIL.decode("latin-1")), st.sampled_from(["\n", "\x12", "a" * 200])
)
PLAIN = st.builds(
    Directory,
    st.lists(st.builds(FileNode, NAMES, DIGESTS, st.booleans(), st.none()), max_size=5).map(tuple),
    st.lists(st.builds(DirectoryNode, NAMES, DIGESTS), max_size=5).map(tuple),
)


def general(data: bytes) -> Directory | None:
    try:
        return decode_directory(data)
    except BlobCorrupt:
        return None


@given(PLAIN)
def test_what_is_plain_is_read_as_it_was_written(directory: Directory) -> None:
    assert plain_directory(encode_directory(directory)) in (directory, None)


def test_ordinary_directories_are_plain() -> None:
    ordinary = Directory(
        (FileNode("app.py", ONE, False, None), FileNode("bootstrap" * 9, Digest(ONE.hash, 0), True, None)),
        (DirectoryNode("lib", ONE),),
    )
    assert plain_directory(encode_directory(ordinary)) == ordinary
    assert plain_directory(b"") == Directory()


def test_links_and_odd_modes_are_not_plain() -> None:
    assert plain_directory(encode_directory(Directory(symlinks=(SymlinkNode("a", "b"),)))) is None
    assert plain_directory(encode_directory(Directory((FileNode("a", ONE, False, 0o600),)))) is None
    assert plain_directory(encode_directory(Directory(unix_mode=0o700))) is None


@given(PLAIN, st.data())
def test_damaged_messages_are_read_as_the_general_way_reads_them(directory: Directory, data: st.DataObject) -> None:
    message = bytearray(encode_directory(directory) or b"\x0a")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(message) - 1))
        message[at] = data.draw(st.integers(0, 255))
    read = plain_directory(bytes(message))
    assert read is None or read == general(bytes(message))
