from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.make.jobserver import Ends
from engine.run.jobserver import Jobserver

CLIENT = """
import os, signal, sys
read, write, tokens = map(int, sys.argv[1:])
taken = [os.read(read, 1) for _ in range(tokens)]
print("taken", flush=True)
sys.stdin.readline()
for token in taken:
    os.write(write, token)
"""


class Client:
    """A program below a target that takes tokens, and gives them back when it is told to."""

    def __init__(self, ends: Ends, tokens: int) -> None:
        argv = [sys.executable, "-S", "-c", CLIENT, str(ends.read), str(ends.write), str(tokens)]
        self._program = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=ends)
        assert self._program.stdout is not None
        assert self._program.stdout.readline() == b"taken\n"

    def end(self) -> None:
        self._program.communicate(b"\n")
        assert self._program.returncode == 0

    def kill(self) -> None:
        self._program.kill()
        self._program.communicate()
        assert self._program.returncode == -signal.SIGKILL


@pytest.fixture
def server() -> Iterator[Jobserver]:
    server = Jobserver()
    yield server
    server.close()


@pytest.fixture
def outer() -> Iterator[Ends]:
    """A pipe as an outer make has it, with three tokens."""
    ends = Ends(*os.pipe())
    os.write(ends.write, b"abc")
    yield ends
    for end in ends:
        os.close(end)


def cargo_ends(server: Jobserver) -> Ends:
    return Ends(*server.joined({}, parallel=False)[1])


def slots(server: Jobserver) -> int:
    """How many targets get a slot beside those that have one."""
    found = 0
    while server.take():
        found += 1
    for _ in range(found):
        server.give_back()
    return found


def readable(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], 0)[0])


def in_pipe(ends: Ends) -> bytes:
    found = b""
    while readable(ends.read):
        found += os.read(ends.read, 1)
    return found


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_there_are_as_many_slots_as_jobs(server: Jobserver, tmp_path: Path, jobs: int) -> None:
    server.open(jobs, str(tmp_path))
    assert slots(server) == jobs
    assert slots(server) == jobs


def test_nothing_stays_in_the_folder(server: Jobserver, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "jobserver")
    server.open(2, str(tmp_path))
    assert os.listdir(tmp_path) == []


def test_a_slot_is_free_again_when_its_target_ended(server: Jobserver, tmp_path: Path) -> None:
    server.open(2, str(tmp_path))
    assert server.take()
    assert server.take()
    assert not server.take()
    server.give_back()
    assert server.take()
    assert not server.take()


def test_the_last_target_leaves_all_further_slots_to_its_clients(server: Jobserver, tmp_path: Path) -> None:
    """Also when it is not the one that began alone."""
    server.open(3, str(tmp_path))
    for _ in range(3):
        assert server.take()
    server.give_back()
    server.give_back()
    Client(cargo_ends(server), 2).end()


def test_clients_and_targets_take_from_one_pool(server: Jobserver, tmp_path: Path) -> None:
    server.open(3, str(tmp_path))
    assert server.take()
    client = Client(cargo_ends(server), 2)
    assert not readable(server.descriptor)
    assert not server.take()
    client.end()
    assert readable(server.descriptor)
    assert slots(server) == 2


def test_a_lone_target_needs_no_token(server: Jobserver, tmp_path: Path) -> None:
    server.open(3, str(tmp_path))
    client = Client(cargo_ends(server), 2)
    assert slots(server) == 1
    client.end()


def test_tokens_of_killed_clients_come_back_when_nothing_runs(server: Jobserver, tmp_path: Path) -> None:
    server.open(3, str(tmp_path))
    assert server.take()
    assert server.take()
    Client(cargo_ends(server), 1).kill()
    server.give_back()
    assert slots(server) == 1
    server.give_back()
    assert slots(server) == 3


def test_tokens_that_nobody_took_go_when_nothing_runs(server: Jobserver, tmp_path: Path) -> None:
    server.open(2, str(tmp_path))
    assert server.take()
    os.write(cargo_ends(server).write, b"++")
    server.give_back()
    assert slots(server) == 2


def test_a_client_that_does_not_wait_changes_nothing_for_others(server: Jobserver, tmp_path: Path) -> None:
    server.open(1, str(tmp_path))
    environ, descriptors = server.joined({}, parallel=True)
    os.set_blocking(descriptors[2], False)
    assert os.get_blocking(descriptors[0])
    with pytest.raises(BlockingIOError):
        os.read(descriptors[2], 1)
    assert "MAKEFLAGS" in environ


@pytest.mark.parametrize("parallel", [False, True])
def test_a_child_gets_what_it_is_told_of(server: Jobserver, tmp_path: Path, parallel: bool) -> None:
    server.open(2, str(tmp_path))
    environ, descriptors = server.joined({"PATH": "/bin"}, parallel=parallel)
    ends = [f"{descriptors[n]},{descriptors[n + 1]}" for n in range(0, len(descriptors), 2)]
    names = ["CARGO_MAKEFLAGS", "MAKEFLAGS"] if parallel else ["CARGO_MAKEFLAGS"]
    assert [environ[name].rpartition("=")[2] for name in names] == ends
    assert sorted(environ) == sorted([*names, "PATH"])
    assert min(descriptors) >= 64


def test_descriptors_may_be_few(tmp_path: Path) -> None:
    """In a process of its own: this one may have more open than that."""
    script = f"""
import resource
from tests.run.test_jobserver import Jobserver, cargo_ends, slots
resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))
server = Jobserver()
server.open(3, {str(tmp_path)!r})
assert max(cargo_ends(server)) < 60
print(slots(server))
"""
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout == b"3\n"


def test_a_pool_holds_what_a_pipe_holds(server: Jobserver, tmp_path: Path) -> None:
    server.open(10_000_000, str(tmp_path))
    assert slots(server) > 1000


def test_one_that_is_not_open_has_a_slot_for_everyone(server: Jobserver) -> None:
    assert all(server.take() for _ in range(100))
    assert server.joined({"PATH": "/bin"}, parallel=True) == ({"PATH": "/bin"}, ())
    for _ in range(100):
        server.give_back()


def test_a_folder_that_cannot_be_written_is_told(server: Jobserver, bound_dir: Path) -> None:
    bound_dir.chmod(0o500)
    with pytest.raises(PermissionError):
        server.open(2, str(bound_dir))
    assert server.take()
    assert server.take()


def test_descriptors_are_closed(tmp_path: Path) -> None:
    before = os.listdir("/dev/fd")
    server = Jobserver()
    server.open(2, str(tmp_path))
    server.close()
    server.close()
    assert os.listdir("/dev/fd") == before


def test_slots_of_an_outer_make(server: Jobserver, tmp_path: Path, outer: Ends) -> None:
    server.open(8, str(tmp_path), outer)
    assert os.get_blocking(outer.read)
    assert slots(server) == 4
    client = Client(cargo_ends(server), 2)
    assert slots(server) == 2
    client.end()
    server.close()
    assert sorted(in_pipe(outer)) == sorted(b"abc")


def test_an_outer_make_that_reads_without_waiting(server: Jobserver, tmp_path: Path, outer: Ends) -> None:
    os.set_blocking(outer.read, False)
    server.open(8, str(tmp_path), outer)
    assert slots(server) == 4


def test_what_is_held_goes_back_at_the_end(server: Jobserver, tmp_path: Path, outer: Ends) -> None:
    server.open(8, str(tmp_path), outer)
    for _ in range(3):
        assert server.take()
    server.close()
    assert sorted(in_pipe(outer)) == sorted(b"abc")


def test_tokens_of_an_outer_make_are_not_made_up(server: Jobserver, tmp_path: Path, outer: Ends) -> None:
    server.open(8, str(tmp_path), outer)
    assert server.take()
    Client(cargo_ends(server), 3).kill()
    server.give_back()
    assert slots(server) == 1
    assert in_pipe(outer) == b""


def test_an_outer_fifo(server: Jobserver, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    ends = Ends(*[os.open(tmp_path / "fifo", os.O_RDWR)] * 2)
    os.write(ends.write, b"ab")
    (tmp_path / "own").mkdir()
    server.open(8, str(tmp_path / "own"), str(tmp_path / "fifo"))
    assert slots(server) == 3
    Client(cargo_ends(server), 2).end()
    assert sorted(in_pipe(ends)) == sorted(b"ab")
    os.close(ends.read)


@pytest.mark.parametrize("path", ["/nonexistent/fifo", "/dev/null", __file__, ""])
def test_a_path_without_a_fifo_is_no_pool(server: Jobserver, tmp_path: Path, path: str) -> None:
    server.open(2, str(tmp_path), path)
    assert slots(server) == 2


def test_descriptors_that_are_closed_are_no_pool(server: Jobserver, tmp_path: Path) -> None:
    ends = Ends(*os.pipe())
    for end in ends:
        os.close(end)
    server.open(2, str(tmp_path), ends)
    assert slots(server) == 2


def test_descriptors_of_other_things_are_no_pool(server: Jobserver, tmp_path: Path, outer: Ends) -> None:
    """What make closed may be opened by whoever runs the engine: a log, a pipe of its own."""
    other = Ends(*os.pipe())
    log = os.open(tmp_path / "log", os.O_RDWR | os.O_CREAT)
    (tmp_path / "own").mkdir()
    for ends in (Ends(log, log), Ends(outer.read, other.write), Ends(outer.write, outer.read)):
        server.open(2, str(tmp_path / "own"), ends)
        assert slots(server) == 2
        server.close()
    for end in (*other, log):
        os.close(end)
    assert in_pipe(outer) == b"abc"
