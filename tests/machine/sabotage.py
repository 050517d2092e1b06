"""What befalls the outputs, the store and the trace between two builds."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.machine.disk import read_tree
from tests.machine.project import Project
from tests.machine.world import File

ARTIFACT = ("gone", "file gone", "bytes", "bytes by rename", "mode", "stray", "folder", "a file instead")
STORE = ("blob gone", "blob cut", "blob other", "result gone", "result cut", "all gone")
TRACE = ("gone", "cut", "bit", "old")


def damage_artifact(project: Project, name: str, how: str, which: int) -> None:
    """Damage what lies in the build directory for a target; `which` picks a file of it."""
    root = project.build_dir / name
    project.lose_artifact(name)
    tree = read_tree(root)
    if tree is None:
        return
    files = sorted(path for path, entry in tree.items() if isinstance(entry, File))
    path = root / files[which % len(files)] if files else root / "out"
    if how in ("gone", "a file instead"):
        root.unlink() if root.is_symlink() else shutil.rmtree(root)
        if how == "a file instead":
            root.write_text("no folder\n")
    elif how == "stray":
        (root / "stray").write_text("stray\n")
    elif how == "folder":
        (root / "strange").mkdir(exist_ok=True)
    elif files:
        _damage_file(path, how)


def _damage_file(path: Path, how: str) -> None:
    if how == "file gone":
        path.unlink()
    elif how == "mode":
        path.chmod(path.stat().st_mode ^ 0o100)
    elif how == "bytes":
        _overwrite(path, flipped(path.read_bytes()))
    else:
        other = path.with_name("~")
        other.write_bytes(flipped(path.read_bytes()))
        other.chmod(path.stat().st_mode)
        other.rename(path)


def damage_store(project: Project, how: str, which: int) -> None:
    """Damage a blob or a result, or clear the store; the ledger is told."""
    if how == "all gone":
        project.clear_store()
        return
    folder = project.store / ("cas" if how.startswith("blob") else "ac")
    found = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    if not found:
        return
    path = found[which % len(found)]
    content = path.read_bytes()
    project.ledger.doubt()
    if how.endswith("gone"):
        path.unlink()
    elif how.endswith("cut"):
        _overwrite(path, content[: len(content) // 2])
    else:
        _overwrite(path, flipped(content))
        project.ledger.is_damaged = True


def damage_trace(project: Project, how: str, which: int, old: bytes | None) -> None:
    """Lose the trace, or have an `old` one in its place; what is known then, the ledger does not say."""
    path = project.state_dir / "trace-v1"
    if not path.exists():
        return
    content = path.read_bytes()
    project.lose_trace(certain=how != "old")
    if how == "gone":
        path.unlink()
    elif how == "old":
        path.write_bytes(old or content)
    elif how == "cut":
        path.write_bytes(content[: which % len(content)])
    else:
        at = which % len(content)
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])


def flipped(data: bytes) -> bytes:
    """Other bytes of the same length; none where there are none."""
    return bytes(byte ^ 1 for byte in data)


def _overwrite(path: Path, data: bytes) -> None:
    """Write in place, whatever the mode."""
    mode = path.stat().st_mode
    os.chmod(path, mode | 0o200)
    path.write_bytes(data)
    os.chmod(path, mode)
