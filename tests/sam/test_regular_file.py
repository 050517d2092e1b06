from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.sam.document import read_template
from engine.sam.regular_file import read_regular
from engine.sam.samconfig import load_samconfig


def special(path: Path, kind: str) -> str:
    """Something at `path` that is no regular file; its path."""
    if kind == "FIFO":
        os.mkfifo(path)
    elif kind == "socket":
        here = os.getcwd()
        os.chdir(path.parent)  # the path of a socket is limited to about 100 bytes
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path.name)
        os.chdir(here)
    else:
        path.symlink_to("/dev/zero")
    return str(path)


each_kind = pytest.mark.parametrize("kind", ["FIFO", "socket", "device"])


def test_a_file_is_read_to_one_byte_over_the_limit(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("file")
    assert read_regular(str(tmp_path / "link"), 5) == b"12345"
    assert read_regular(str(tmp_path / "file"), 3) == b"1234"


@each_kind
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    with pytest.raises(OSError, match=f"it is a {kind}, not a file"):
        read_regular(special(tmp_path / "x", kind), 5)


def test_a_folder_is_refused_in_the_words_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="Is a directory"):
        read_regular(str(tmp_path), 5)


@each_kind
def test_a_template_that_is_no_file_is_one_error(tmp_path: Path, kind: str) -> None:
    path = special(tmp_path / "template.yaml", kind)
    with pytest.raises(InputError, match=f"Template file cannot be read: it is a {kind}, not a file") as caught:
        read_template(path)
    assert caught.value.rows == (("template", path),)


@each_kind
def test_a_configuration_file_that_is_no_file_is_one_error(tmp_path: Path, kind: str) -> None:
    path = special(tmp_path / "samconfig.toml", kind)
    with pytest.raises(InputError, match=f"Error reading configuration: it is a {kind}, not a file") as caught:
        load_samconfig(None, "default", str(tmp_path), "build")
    assert caught.value.rows == (("file", path),)
