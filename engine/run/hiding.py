"""What to tell of a run that failed in the sandbox: which undeclared thing it asked for, as far as it said so."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterator
from glob import iglob
from itertools import islice

from cache.snapshot import Snapshot
from engine.plan.action import Action
from engine.plan.manifest import ABSENT
from engine.run.sandbox import Grounds
from engine.sam.target import Target

_TAIL_BYTES = 1 << 16
_MOST_MATCHES = 16
_WILD = re.compile(r"[*?\[]")
_WORD = re.compile(rb"[^\s'\"`:;,()<>|&=]+")
_SETUP = re.compile(rb"^bwrap: (.*)$", re.MULTILINE)
_FIXED = re.compile(rb"^.*(?:Device or resource busy|Read-only file system).*$", re.MULTILINE)
_MISSING = re.compile(
    rb"No such file|No rule to make target|not found|cannot find|can't find|could not find|ENOENT|EROFS|ModuleNotFound"
    rb"|ImportError|Cannot find module|Read-only file system|Permission denied|does not exist|not a git repository",
    re.IGNORECASE,
)
_OFF = "or build with --sandbox=off"


def hint_of(action: Action, log: str, said: str | None, grounds: Grounds) -> str | None:
    """A way out where what make wrote names something that the sandbox hid, or looks as if something was missing.

    `said` is the hint without regard to the sandbox.
    """
    tail = _tail(log)
    setup = _SETUP.findall(tail)
    if setup:
        why = setup[-1].decode(errors="replace")
        return f"bubblewrap could not make the sandbox ({why}): build with --sandbox=off"
    hidden = next(_hidden(tail, action, grounds), None)
    if hidden is not None:
        return _declaring(hidden, action.target, grounds)
    own = re.compile(re.escape(os.fsencode(grounds.artifacts_of(action.target.full_path))) + rb"/?(?![\w./-])")
    if any(own.search(line) for line in _FIXED.findall(tail)):
        return f"in the sandbox ARTIFACTS_DIR itself cannot be removed or renamed: remove what is in it, {_OFF}"
    if said is None and _MISSING.search(tail):
        return (
            "make ran in the sandbox, which hides what is not declared: if --sandbox=off helps, "
            f"`engine audit {action.target.full_path}` names what to declare"
        )
    return said


def _tail(log: str) -> bytes:
    try:
        with open(log, "rb") as file:
            file.seek(max(0, os.path.getsize(log) - _TAIL_BYTES))
            return file.read()
    except OSError:
        return b""


def _declaring(hidden: str, target: Target, grounds: Grounds) -> str:
    if _holds(grounds.build_dir, hidden):
        place = os.path.relpath(hidden, grounds.build_dir)
        return f"the sandbox hid {place} of the build directory: name its target in BuildProperties.DependsOn, {_OFF}"
    place = os.path.relpath(hidden, target.properties.inputs_base or grounds.project_dir)
    return (
        f"the sandbox hid {place}: declare it in BuildProperties.Inputs "
        f"(`engine audit {target.full_path}` names all that is missing), {_OFF}"
    )


def _hidden(tail: bytes, action: Action, grounds: Grounds) -> Iterator[str]:
    """Paths in the checkout that are named there and exist, but not in the sandbox; the last one first.

    A shell names a pattern that matches nothing as it stands.
    """
    checkout = grounds.checkout.rstrip("/") + "/"
    for word in dict.fromkeys(reversed(_WORD.findall(tail))):
        path = os.path.normpath(os.path.join(action.target.working_dir or "", os.fsdecode(word).rstrip(".")))
        if path.startswith(checkout) and not all(_is_shown(one, action, grounds) for one in _there(path)):
            yield path


def _there(path: str) -> list[str]:
    if os.path.lexists(path):
        return [path]
    return list(islice(iglob(path), _MOST_MATCHES)) if _WILD.search(path) else []


def _is_shown(path: str, action: Action, grounds: Grounds) -> bool:
    """Whether it is declared, in an artifact that is, or holds either."""
    names = [row[1] for row in action.manifest if row[0] == "dependency"]
    artifacts = [grounds.artifacts_of(name) for name in (*names, action.target.full_path)]
    makefiles = [file for file, digest in action.makefiles if digest != ABSENT]
    roots = [reading.root for reading in action.in_place]
    if any(_holds(path, place) for place in (*artifacts, *makefiles, *roots)):
        return True
    return any(_holds(place, path) for place in artifacts) or any(
        _is_listed(os.path.relpath(path, reading.root), reading.snapshot)
        for reading in action.in_place
        if _holds(reading.root, path)
    )


def _is_listed(path: str, snapshot: Snapshot) -> bool:
    for paths in (snapshot.files, snapshot.directories):
        at = bisect_left(paths, path)
        if at < len(paths) and paths[at] == path:
            return True
    return False


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
