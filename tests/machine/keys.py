"""What names an action in the model: rows of all that its make sees, and why two of them differ."""

from __future__ import annotations

import hashlib
import posixpath
import re
from typing import Any

from tests.machine.oracle import declared_inputs
from tests.machine.world import INPUTS, File, Folder, Target, Tree, World, seen

Rows = dict[tuple[str, str], Any]
"""(kind, name) -> value; trees as listings."""
Listing = tuple[tuple[str, str, int, bytes], ...]
_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")


def key_of(rows: Rows) -> str:
    """The model's name of an action: equal exactly when the engine's keys are to be equal."""
    return hashlib.sha256(repr(sorted(rows.items())).encode()).hexdigest()


def rows_of(
    world: World, files: Tree, target: Target, outputs: dict[str, Tree], control: str, *, in_source: bool
) -> Rows:
    """The rows of a target's action; `files` are all of the project's, `outputs` the artifacts of its dependencies.

    Raises:
        Dangling: for sources that make cannot be given.
    """
    sources = seen(files, target.code, target.ignore)
    rows: Rows = {("command", ""): target.name, ("tree", ""): listing(sources)}
    named: set[bytes] = set(_WORD.findall(_data(sources.get("local.mk"))))
    for name in (posixpath.normpath(f"{target.code}/Makefile"), "common.mk", "optional.mk"):
        content = _data(files.get(name))
        named.update(_WORD.findall(content))
        rows["makefile", _place(name, target.code)] = content
    for name, value in world.variables.items():
        if name.encode() in named or (name == "HIDDEN" and target.says_hidden):
            rows["variable", name] = value
    for name in target.depends_on:
        rows["dependency", name] = listing(outputs[name])
    if target.reads_inputs:
        rows["input", INPUTS] = listing(declared_inputs(files) or {}, folders=False)
    if target.has_tool:
        rows["tool", f"cat {control}/tool"] = world.tool
    if in_source:
        rows["in-source", ""] = "yes"
    return rows


def listing(tree: Tree, *, folders: bool = True) -> Listing:
    """A tree as a value in which everything counts that make can see."""
    lines = []
    for path, entry in sorted(tree.items()):
        if isinstance(entry, File):
            lines.append((path, "file", entry.mode & 0o7755, entry.data))
        elif not isinstance(entry, Folder):
            lines.append((path, "link", 0, entry.text.encode()))
        elif folders:
            lines.append((path, "folder", entry.mode & 0o7755, b""))
    return tuple(lines)


def _data(entry: object) -> bytes:
    """The content of a makefile, `b""` where it is looked for in vain: none of them is ever empty."""
    return entry.data if isinstance(entry, File) else b""


def _place(name: str, code: str) -> str:
    if code == ".":
        return f"code:{name}"
    return f"code:{name[len(code) + 1 :]}" if name.startswith(code + "/") else f"project:{name}"


def differences(old: Rows, new: Rows) -> frozenset[str]:
    """The sentences that say why two actions differ."""
    found: set[str] = set()
    for at in old.keys() | new.keys():
        if old.get(at) != new.get(at):
            found |= _sentences(at, old.get(at), new.get(at))
    return frozenset(found)


def _sentences(at: tuple[str, str], old: Any, new: Any) -> set[str]:
    kind, name = at[0], at[1].removeprefix("code:").removeprefix("project:")
    if kind == "tree" or (kind == "input" and old is not None and new is not None):
        return _tree_sentences(old, new)
    if kind == "variable":
        verb = "is set now" if old is None else "is no longer set" if new is None else "changed"
        return {f"variable {name} {verb}"}
    if kind == "makefile" and not (old and new):
        verb = "read" if old or new else "looked for"
        return {f"{name} is {'now' if new or (old is None and not new) else 'no longer'} {verb}"}
    sentences = {
        "input": f"input {name} changed",
        "makefile": f"{name} changed",
        "dependency": f"dependency {name} changed",
        "tool": f"the output of `{name}` changed",
        "in-source": "--build-in-source changed",
    }
    return {sentences[kind]}


def _tree_sentences(old: Listing, new: Listing) -> set[str]:
    before = {path: (mode, data) for path, kind, mode, data in old if kind == "file"}
    after = {path: (mode, data) for path, kind, mode, data in new if kind == "file"}
    found = {f"{path} added" for path in after.keys() - before.keys()}
    found |= {f"{path} removed" for path in before.keys() - after.keys()}
    for path in before.keys() & after.keys():
        if before[path][1] != after[path][1]:
            found.add(f"{path} changed")
        elif before[path] != after[path]:
            found.add(f"{path} changed its mode")
    return found or {"a folder or its mode changed"}
