from __future__ import annotations

import errno
import io
import os
import subprocess
import sys

from engine.report.stream import QuietStream

WRITE_TO_A_CLOSED_PIPE = """
import os, sys
from engine.report.stream import QuietStream
read_end, write_end = os.pipe()
os.close(read_end)
os.dup2(write_end, 1)
stream = QuietStream(sys.stdout)
stream.write("one\\n")
stream.write("two\\n")
stream.flush()
print("three")
sys.exit(7)
"""


def test_text_goes_through_at_once() -> None:
    target = io.StringIO()
    QuietStream(target).write("one\n")
    assert target.getvalue() == "one\n"


def test_characters_that_the_encoding_lacks_are_escaped() -> None:
    raw = io.BytesIO()
    stream = QuietStream(io.TextIOWrapper(raw, encoding="ascii"))
    stream.write("Größe \udcff\n")
    assert raw.getvalue() == b"Gr\\xf6\\xdfe \\udcff\n"


def test_a_reader_that_left_is_no_error_not_even_at_exit() -> None:
    done = subprocess.run([sys.executable, "-c", WRITE_TO_A_CLOSED_PIPE], stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (7, b"")


def test_a_closed_stream_is_no_error() -> None:
    target = io.StringIO()
    stream = QuietStream(target)
    target.close()
    assert stream.write("one\n") == 4
    assert stream.write("two\n") == 4


def test_why_a_stream_takes_nothing_is_kept_unless_its_reader_left() -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        stream = QuietStream(full)
        assert stream.failure is None
        stream.write("one\n")
    assert stream.failure is not None
    assert stream.failure.errno == errno.ENOSPC
    read_end, write_end = os.pipe()
    os.close(read_end)
    with open(write_end, "w", encoding="utf-8") as pipe:
        stream = QuietStream(pipe)
        stream.write("one\n")
    assert stream.failure is None


def test_a_pipe_that_a_child_made_non_blocking_loses_nothing() -> None:
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    text = "x" * 300_000 + "\n"
    with open(read_end, "rb") as reader, open(write_end, "w", encoding="utf-8") as writer:
        pid = os.fork()
        if pid == 0:
            reader.close()
            QuietStream(writer).write(text)
            os._exit(0)
        writer.close()
        received = reader.read()
    assert os.waitpid(pid, 0)[1] == 0
    assert received.decode() == text


def test_it_stands_for_its_stream() -> None:
    stream = QuietStream(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
    assert stream.encoding == "utf-8"
    assert not stream.isatty()
    assert stream.writable()
    assert stream.columns() == 120
