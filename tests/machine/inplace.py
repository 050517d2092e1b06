"""What runs in the sources write there, and what the engine remembers of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tests.machine.disk import read_entry
from tests.machine.ledger import Files, Ledger
from tests.machine.oracle import after_run
from tests.machine.world import File, Target, Tree, World, seen

_WRITTEN = ("gen", "obj/o", "once", "c.txt")
_OTHER = (0, b"other bytes than those that are there now")


def written(files: Tree, target: Target, output: Tree) -> Tree:
    """What a run that left `output` changed among `files`; nothing where it left nothing."""
    after = after_run(files, target, output) if output else files
    return {path: entry for path, entry in after.items() if files.get(path) != entry}


def seen_files(files: Tree, target: Target) -> Files:
    """The files that a target's make sees, links followed."""
    found = seen(files, target.code, target.ignore)
    return {path: (entry.mode & 0o7755, entry.data) for path, entry in found.items() if isinstance(entry, File)}


def take_over(root: Path, state_dir: Path, world: World, ledger: Ledger) -> None:
    """Have the world and the ledger know what a killed build wrote, and what it could still remember of that."""
    for target in world.targets.values():
        for name in _WRITTEN:
            if (root / target.code / name).is_file():
                world.files[f"{target.code}/{name}"] = read_entry(root / target.code / name)
    ledger.wrote.clear()
    ledger.began.clear()
    for path in (state_dir / "written").glob("*"):
        memory = json.loads(path.read_text())
        files = {_relative(root, file): _as_left(file, left) for file, left in memory["files"].items()}
        ledger.wrote[memory["target"]] = files
        if memory["began"] is not None:
            ledger.began[memory["target"]] = {_relative(root, file) for file in memory["began"]}


def _relative(root: Path, path: str) -> str:
    """The path below its code directory, which has a name of one part."""
    return path[len(str(root)) + 1 :].partition("/")[2]


def _as_left(path: str, left: str) -> tuple[int, bytes]:
    """Mode and content of what was left, where it is still there."""
    mode, _, fingerprint = left.partition(" ")
    if Path(path).is_file():
        content = Path(path).read_bytes()
        if fingerprint.startswith(hashlib.sha256(content).hexdigest()):
            return int(mode, 8), content
    return _OTHER
