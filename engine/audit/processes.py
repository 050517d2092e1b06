"""From system calls to events: whose they are, and what a relative path means in the process that uses it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator

from engine.audit import arguments
from engine.audit.arguments import Result
from engine.audit.events import Act, Connected, Event, Ran, Touched
from engine.audit.lines import ENDED, Call

_GONE = frozenset(("ENOENT", "ENOTDIR"))
_FLAG = re.compile(rb"\bO_[A-Z]+")
_INET = re.compile(rb"sin6?_port=htons\((\d+)\).*?\"((?:\\x[0-9a-f]{2})+)\"")
_UNIX = re.compile(rb"sun_path=(@?\"(?:\\x[0-9a-f]{2})+\")")
_FORKS = frozenset(("clone", "clone3", "fork", "vfork"))
_LOOKS = frozenset(("stat", "lstat", "stat64", "lstat64", "access", "readlink"))
_LOOKS_AT = frozenset(("newfstatat", "fstatat64", "statx", "faccessat", "faccessat2", "readlinkat"))
_NEW_NAME = {
    "mkdir": 0, "rename": 1, "link": 1, "symlink": 1,
    "mkdirat": 1, "renameat": 3, "renameat2": 3, "linkat": 3, "symlinkat": 2,
}  # fmt: skip
"""Which argument is the name that the call makes; in the `at` family a directory stands before it."""

CALLS = (
    *("open", "creat", "openat", "openat2", "execve", "execveat", "chdir", "fchdir", "connect", "sendto"),
    *("getdents", "getdents64", *sorted(_FORKS), *sorted(_LOOKS), *sorted(_LOOKS_AT), *_NEW_NAME),
)
"""The system calls that are to be traced."""


class _Process:
    """One process; its threads share it."""

    __slots__ = ("cwd", "program")

    def __init__(self, cwd: str, program: str) -> None:
        self.cwd = cwd
        self.program = program


class Processes:
    """The processes of one traced run."""

    def __init__(self, cwd: str, program: str) -> None:
        """`cwd` and `program` (a path) of the first process."""
        self._first = _Process(cwd, program)
        self._first_pid: int | None = None
        self.whole = False
        """Whether the end of the first process was heard: the trace is not cut off."""
        self._known: dict[int, _Process] = {}
        self._early: dict[int, list[Call]] = {}

    def events(self, calls: Iterable[Call]) -> Iterator[Event]:
        """The events of `calls`, which begin with one of the first process.

        A new process may be heard before the call that made it has returned; what it did waits until then.
        """
        for call in calls:
            if self._first_pid is None:
                self._first_pid = call.pid
                self._known[call.pid] = self._first
            if call.pid in self._known:
                yield from self._of(call)
                if call.name == ENDED:
                    del self._known[call.pid]
                    self.whole = self.whole or call.pid == self._first_pid
            else:
                self._early.setdefault(call.pid, []).append(call)
        for waiting in tuple(self._early.values()):  # of processes whose parent was killed meanwhile
            for call in waiting:
                self._known.setdefault(call.pid, _Process(self._first.cwd, self._first.program))
                yield from self._of(call)

    def _of(self, call: Call) -> Iterator[Event]:
        result = arguments.result(call.result)
        if result is None:
            return
        process = self._known[call.pid]
        if call.name in _FORKS:
            yield from self._forked(process, call, result)
        elif (understand := _MEANINGS.get(call.name)) is not None:
            yield from understand(process, call, result)

    def _forked(self, process: _Process, call: Call, result: Result) -> Iterator[Event]:
        if result.error or result.number <= 0:
            return
        shares = b"CLONE_THREAD" in call.arguments or b"CLONE_FS" in call.arguments
        self._known[result.number] = process if shares else _Process(process.cwd, process.program)
        for early in self._early.pop(result.number, ()):
            yield from self._of(early)
            if early.name == ENDED:
                del self._known[early.pid]


def _path(process: _Process, words: list[bytes], at: bool, index: int = 0) -> str | None:
    """The absolute path that an argument names; None where it names none but a descriptor."""
    if at:
        base = arguments.directory(words[index]) if index < len(words) else None
        if words[index : index + 1] and words[index].startswith(b"AT_FDCWD"):
            process.cwd = base or process.cwd
            base = process.cwd
        index += 1
    else:
        base = process.cwd
    text = arguments.string(words[index]) if index < len(words) else None
    if not text or (base is None and not text.startswith("/")):
        return None
    return os.path.join(base or "/", text)


def _opened(process: _Process, call: Call, result: Result) -> Iterator[Event]:
    words = arguments.words(call.arguments)
    path = _path(process, words, call.name.startswith("openat"))
    flags = set(_FLAG.findall(call.arguments))
    if call.name == "creat":
        flags = {b"O_WRONLY", b"O_CREAT", b"O_TRUNC"}
    if path is None:
        return
    if result.error:
        if result.error in _GONE and b"O_CREAT" not in flags:
            yield Touched(Act.MISSED, path, None, process.program)
        return
    act = _act_of_open(flags)
    if act is not None:
        yield Touched(act, path, result.path, process.program)


def _act_of_open(flags: set[bytes]) -> Act | None:
    """What opening with these flags is; None where nothing is learnt by it, as of locks and of what is appended to."""
    if b"O_DIRECTORY" in flags or b"O_TMPFILE" in flags:
        return None
    if b"O_PATH" in flags:
        return Act.LOOKED_AT
    if b"O_TRUNC" in flags or b"O_EXCL" in flags or flags >= {b"O_CREAT", b"O_WRONLY"}:
        return Act.MADE
    return None if flags & {b"O_CREAT", b"O_WRONLY"} else Act.READ


def _looked(process: _Process, call: Call, result: Result) -> Iterator[Event]:
    path = _path(process, arguments.words(call.arguments), call.name in _LOOKS_AT)
    if path is None:
        return
    if result.error in _GONE:
        yield Touched(Act.MISSED, path, None, process.program)
    elif not result.error and b"S_IFDIR" not in call.arguments:
        yield Touched(Act.LOOKED_AT, path, None, process.program)


def _listed(process: _Process, call: Call, result: Result) -> Iterator[Event]:
    path = arguments.directory(call.arguments)
    if path is not None and not result.error:
        yield Touched(Act.LISTED, path, path, process.program)


def _made(process: _Process, call: Call, result: Result) -> Iterator[Event]:
    if result.error:
        return
    index = _NEW_NAME[call.name]
    at = "at" in call.name
    path = _path(process, arguments.words(call.arguments), at, index - 1 if at else index)
    if path is not None:
        yield Touched(Act.MADE, path, None, process.program)


def _executed(process: _Process, call: Call, result: Result) -> Iterator[Event]:
    at = call.name == "execveat"
    words = arguments.words(call.arguments)
    path = _path(process, words, at)
    if path is None:
        return
    if result.error:
        if result.error in _GONE:
            yield Touched(Act.MISSED, path, None, process.program)
        return
    argv = arguments.strings(words[2 if at else 1]) if len(words) > 1 + at else ()
    yield Touched(Act.READ, path, None, process.program)
    yield Ran(path, argv, process.cwd, process.program)
    process.program = path


def _moved(process: _Process, call: Call, result: Result) -> Iterator[Event]:
    if not result.error:
        is_descriptor = call.name == "fchdir"
        words = arguments.words(call.arguments)
        path = arguments.directory(call.arguments) if is_descriptor else _path(process, words, False)
        process.cwd = path or process.cwd
    yield from ()


def _connected(process: _Process, call: Call, result: Result) -> Iterator[Event]:
    """A connection counts when it is tried: where the network is away today, it may be there tomorrow."""
    inet, unix = _INET.search(call.arguments), _UNIX.search(call.arguments)
    if inet is not None:
        address = arguments.string(b'"' + inet[2] + b'"') or ""
        yield Connected("inet", address, int(inet[1]), process.program)
    elif unix is not None and not result.error:
        name = arguments.string(unix[1].lstrip(b"@")) or ""
        path = f"@{name}" if unix[1].startswith(b"@") else os.path.join(process.cwd, name)
        yield Connected("unix", path, 0, process.program)


_MEANINGS: dict[str, Callable[[_Process, Call, Result], Iterator[Event]]] = {
    **dict.fromkeys(("open", "creat", "openat", "openat2"), _opened),
    **dict.fromkeys((*_LOOKS, *_LOOKS_AT), _looked),
    **dict.fromkeys(("getdents", "getdents64"), _listed),
    **dict.fromkeys(_NEW_NAME, _made),
    **dict.fromkeys(("execve", "execveat"), _executed),
    **dict.fromkeys(("chdir", "fchdir"), _moved),
    **dict.fromkeys(("connect", "sendto"), _connected),
}
