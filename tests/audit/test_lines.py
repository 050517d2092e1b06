from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from engine.audit import arguments
from engine.audit.arguments import Result
from engine.audit.events import Act, Connected, Event, Ran, Touched
from engine.audit.lines import calls
from engine.audit.processes import Processes


def hexed(text: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in os.fsencode(text))


def quoted(text: str) -> str:
    return f'"{hexed(text)}"'


def events(*lines: str) -> list[Event]:
    trace = [line.encode() + b"\n" for line in lines]
    return list(Processes("/first", "/bin/make").events(calls(trace)))


def touched(*lines: str) -> list[tuple[Act, str, str]]:
    return [(event.act, event.path, event.by) for event in events(*lines) if isinstance(event, Touched)]


def test_a_call_in_two_parts_is_one() -> None:
    assert touched(
        "7 brk(NULL) = 0x55",
        f"7 openat(AT_FDCWD<{hexed('/a')}>, {quoted('x')}, O_RDONLY <unfinished ...>",
        f"8 stat({quoted('y')}, 0x7f) = -1 ENOENT (No such file or directory)",
        f"7 <... openat resumed>) = 3<{hexed('/a/x')}>",
        "7 vfork( <unfinished ...>",
        "7 <... vfork resumed>) = 8",
    ) == [(Act.READ, "/a/x", "/bin/make"), (Act.MISSED, "/a/y", "/bin/make")]


def test_a_child_that_is_heard_before_its_parent_knows_of_it_begins_where_the_parent_is() -> None:
    assert touched(
        f"7 chdir({quoted('sub')}) = 0",
        "7 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>",
        f"8 execve({quoted('/bin/cat')}, [{quoted('cat')}], 0x1 /* 3 vars */) = 0",
        f"8 open({quoted('x')}, O_RDONLY) = 3",
        "7 <... clone resumed>, child_tidptr=0x7f) = 8",
        f"7 chdir({quoted('/elsewhere')}) = 0",
        f"8 open({quoted('y')}, O_RDONLY) = 3",
        f"7 open({quoted('z')}, O_RDONLY) = 3",
    ) == [
        (Act.READ, "/bin/cat", "/bin/make"),
        (Act.READ, "/first/sub/x", "/bin/cat"),
        (Act.READ, "/first/sub/y", "/bin/cat"),
        (Act.READ, "/elsewhere/z", "/bin/make"),
    ]


def test_threads_share_their_directory_and_children_do_not() -> None:
    assert touched(
        "7 clone3({flags=CLONE_VM|CLONE_FS|CLONE_THREAD, exit_signal=0}, 88) = 8",
        "7 clone3({flags=CLONE_VM|CLONE_VFORK, exit_signal=SIGCHLD}, 88) = 9",
        f"8 chdir({quoted('/in')}) = 0",
        f"7 open({quoted('x')}, O_RDONLY) = 3",
        f"9 open({quoted('x')}, O_RDONLY) = 3",
    ) == [(Act.READ, "/in/x", "/bin/make"), (Act.READ, "/first/x", "/bin/make")]


def test_a_number_that_is_given_anew_is_another_process() -> None:
    assert touched(
        "7 fork() = 8",
        f"8 chdir({quoted('/in')}) = 0",
        "8 +++ exited with 0 +++",
        "7 fork( <unfinished ...>",
        f"8 open({quoted('x')}, O_RDONLY) = 3",
        "8 +++ killed by SIGKILL +++",
        "7 <... fork resumed>) = 8",
        "7 fork() = 8",
        f"8 open({quoted('y')}, O_RDONLY) = 3",
    ) == [(Act.READ, "/first/x", "/bin/make"), (Act.READ, "/first/y", "/bin/make")]


def test_a_thread_that_runs_a_program_takes_its_leaders_number() -> None:
    assert touched(
        "7 clone(flags=CLONE_VM|CLONE_THREAD) = 8",
        f"8 execve({quoted('/bin/cat')}, [], 0x1 /* 3 vars */ <pid changed to 7 ...>",
        "7 +++ superseded by execve in pid 8 +++",
        "7 <... execve resumed>) = 0",
        f"7 open({quoted('x')}, O_RDONLY) = 3",
    ) == [(Act.READ, "/bin/cat", "/bin/make"), (Act.READ, "/first/x", "/bin/cat")]


def test_paths_are_relative_to_descriptors_and_what_strace_says_of_the_directory_wins() -> None:
    assert touched(
        f"7 openat(5<{hexed('/d')}>, {quoted('x')}, O_RDONLY|O_CLOEXEC) = 3<{hexed('/d/x')}>",
        f"7 newfstatat(AT_FDCWD<{hexed('/now')}>, {quoted('y')}, {{st_mode=S_IFREG|0644, st_size=1, ...}}, 0) = 0",
        f"7 access({quoted('z')}, R_OK) = 0",
        f"7 fchdir(5<{hexed('/d')}>) = 0",
        f"7 readlink({quoted('l')}, {quoted('t')}, 4095) = 1",
        f"7 statx(6<{hexed('/e')}>, {quoted('')}, AT_EMPTY_PATH, STATX_ALL, {{stx_mode=S_IFREG|0644}}) = 0",
        f"7 getdents64(3<{hexed('/d')}>, 0x55 /* 6 entries */, 32768) = 160",
        f"7 lstat({quoted('/dir')}, {{st_mode=S_IFDIR|0755, st_size=1, ...}}) = 0",
    ) == [
        (Act.READ, "/d/x", "/bin/make"),
        (Act.LOOKED_AT, "/now/y", "/bin/make"),
        (Act.LOOKED_AT, "/now/z", "/bin/make"),
        (Act.LOOKED_AT, "/d/l", "/bin/make"),
        (Act.LISTED, "/d", "/bin/make"),
    ]


def test_what_is_made_is_not_read() -> None:
    assert touched(
        f"7 openat(AT_FDCWD, {quoted('a')}, O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3",
        f"7 openat(AT_FDCWD, {quoted('b')}, O_RDWR|O_CREAT|O_EXCL, 0600) = 3",
        f"7 openat(AT_FDCWD, {quoted('c')}, O_WRONLY|O_CREAT|O_APPEND, 0666) = 3",
        f"7 openat(AT_FDCWD, {quoted('lock')}, O_RDWR|O_CREAT, 0666) = 3",
        f"7 openat(AT_FDCWD, {quoted('d')}, O_RDWR) = 3",
        f"7 mkdir({quoted('e')}, 0777) = 0",
        f"7 rename({quoted('a')}, {quoted('f')}) = 0",
        f"7 renameat2(AT_FDCWD, {quoted('a')}, 4<{hexed('/g')}>, {quoted('h')}, 0) = 0",
        f"7 symlinkat({quoted('a')}, AT_FDCWD, {quoted('i')}) = 0",
        f"7 mkdir({quoted('no')}, 0777) = -1 EEXIST (File exists)",
    ) == [
        (act, path, "/bin/make")
        for act, path in [
            *((Act.MADE, f"/first/{name}") for name in "abc"), (Act.READ, "/first/d"), (Act.MADE, "/first/e"),
            (Act.MADE, "/first/f"), (Act.MADE, "/g/h"), (Act.MADE, "/first/i"),
        ]
    ]  # fmt: skip


def test_programs_and_connections() -> None:
    assert events(
        f"7 execve({quoted('/no/cc')}, [{quoted('cc')}], 0x1 /* 3 vars */) = -1 ENOENT (No such file or directory)",
        f"7 execve({quoted('/bin/cc')}, [{quoted('cc')}, {quoted('-c')}], 0x1 /* 3 vars */) = 0",
        f"7 connect(3<{hexed('socket:[1]')}>, {{sa_family=AF_INET, sin_port=htons(443), "
        f"sin_addr=inet_addr({quoted('192.0.2.1')})}}, 16) = -1 EINPROGRESS (Operation now in progress)",
        f"7 connect(3, {{sa_family=AF_UNIX, sun_path={quoted('sock')}}}, 16) = 0",
        f"7 connect(3, {{sa_family=AF_UNIX, sun_path={quoted('none')}}}, 16) = -1 ENOENT (No such file or directory)",
        f"7 sendto(3, {quoted('data')}, 4, 0, NULL, 0) = 4",
    ) == [
        Touched(Act.MISSED, "/no/cc", None, "/bin/make"),
        Touched(Act.READ, "/bin/cc", None, "/bin/make"),
        Ran("/bin/cc", ("cc", "-c"), "/first", "/bin/make"),
        Connected("inet", "192.0.2.1", 443, "/bin/cc"),
        Connected("unix", "/first/sock", 0, "/bin/cc"),
    ]


def test_what_cannot_be_read_is_left_out() -> None:
    assert (
        events(
            "",
            "strace: Process 8 attached",
            "7 --- SIGCHLD {si_signo=SIGCHLD} ---",
            "7 openat(AT_FDCWD, 0x7f, O_RDONLY) = -1 EFAULT (Bad address)",
            f"7 openat(AT_FDCWD, {quoted('x')}, O_RDONLY) = ?",
            f"7 openat(AT_FDCWD, {quoted('x')[:-3]}",
            "7 openat() = 3",
            "7 <... openat resumed>) = 3",
        )
        == []
    )


@given(st.lists(st.text(st.sampled_from('0123456789 abx\\"<>(){}=,.-\n'), max_size=60), max_size=8))
def test_no_trace_is_too_odd(lines: list[str]) -> None:
    names = ("openat", "stat", "execve", "connect", "clone", "rename", "getdents64", "chdir", "fchdir", "mkdirat")
    events(*lines, *(f"7 {name}({line}) = {len(line) % 3}" for name in names for line in lines))


@given(st.binary(min_size=1).filter(lambda name: b"\0" not in name))
def test_every_name_comes_back(name: bytes) -> None:
    path = os.fsdecode(name)
    assert arguments.words(f"AT_FDCWD<{hexed(path)}>, {quoted(path)}, {{a=1, b=2}}, [{quoted(path)}], 0".encode()) == [
        f"AT_FDCWD<{hexed(path)}>".encode(), quoted(path).encode(), b"{a=1, b=2}", f"[{quoted(path)}]".encode(), b"0",
    ]  # fmt: skip
    assert arguments.string(quoted(path).encode()) == path
    assert arguments.result(f"3<{hexed(path)}>".encode()) == Result(3, path, "")


def test_a_real_trace_of_many_processes(tmp_path: Path) -> None:
    """Eight threads start programs in directories of their own at once; each reads its own file."""
    code = (
        "import subprocess, sys, threading\n"
        "def run(n): subprocess.run(['/bin/sh', '-c', 'cd d && cat x'], cwd=n, check=True, stdout=-3)\n"
        "threads = [threading.Thread(target=run, args=(str(n),)) for n in range(8)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
    )
    for number in range(8):
        (tmp_path / str(number) / "d").mkdir(parents=True)
        (tmp_path / str(number) / "d" / "x").write_text("1")
    traced = (
        "strace",
        "-f",
        "--seccomp-bpf",
        "-q",
        "-y",
        "-xx",
        "-e",
        "trace=%file,%process,getdents64",
        "-o",
        "trace",
    )
    subprocess.run([*traced, sys.executable, "-c", code], cwd=tmp_path, check=True)
    with open(tmp_path / "trace", "rb") as file:
        found = list(Processes(str(tmp_path), sys.executable).events(calls(file)))
    read = {event.path for event in found if isinstance(event, Touched) and event.path.endswith("/x")}
    assert read == {str(tmp_path / str(number) / "d" / "x") for number in range(8)}
