"""The oracle: what make leaves for each target, computed from the world alone."""

from __future__ import annotations

import posixpath

from tests.machine.recipes import NAMES
from tests.machine.world import INPUTS, File, Folder, Link, Target, Tree, World, below, seen

_UMASK = 0o022


def as_made(mode: int) -> int:
    """The mode of a source as make sees it, and of what is copied from it."""
    return mode & 0o7755 & ~_UMASK


def declared_inputs(files: Tree) -> Tree | None:
    """What INPUTS matches, by path relative to its folder; None without that folder."""
    folder = posixpath.dirname(INPUTS)
    within = below(files, folder)
    if not within:
        return None
    return {path: entry for path, entry in within.items() if "/" not in path and path.endswith(".txt")}


def evaluate(world: World, files: Tree, target: Target, artifacts: dict[str, Tree]) -> Tree:
    """The artifact of `target`; `files` are all of the project's, `artifacts` those of its dependencies.

    Raises:
        Dangling: for sources that make cannot be given.
    """
    sources = seen(files, target.code, target.ignore)
    made: Tree = {"out": File(b"".join(_said(world, files, target, sources, artifacts)))}
    if target.whole:
        made["src"] = Folder()
        made |= {f"src/{path}": _copied(entry) for path, entry in sources.items()}
    if target.shape:
        made |= {"empty": Folder(), "d": Folder(), "d/x": File(b"x\n", 0o750), "l": Link("d/x")}
    if target.shape == "odd":
        made["abs"] = Link("/nowhere")
    return made


def after_run(files: Tree, target: Target, artifact: Tree) -> Tree:
    """`files` after the recipe of `target` ran among them and left `artifact`."""
    out = artifact["out"]
    assert isinstance(out, File)
    written = {"gen": ("gen", out.data), "obj": ("obj/o", b"built\n"), "once": ("once", out.data)}
    found = dict(files)
    for what in target.writes:
        name, data = written.get(what, ("c.txt", b"locked\n"))
        path = f"{target.code}/{name}"
        old = found.get(path)
        if (what == "once" and old is not None) or (what == "lock" and old is None):
            continue
        found[path] = old._replace(data=data) if isinstance(old, File) else File(data)
    return found


def _said(world: World, files: Tree, target: Target, sources: Tree, artifacts: dict[str, Tree]) -> list[bytes]:
    """What the recipe writes to `out`, piece by piece."""
    values = _make_variables(world, files, sources)
    said = [f"{target.name} {values['LOCAL']}\n"]
    if target.says_stage:
        said.append(f"stage {values['STAGE']}\n")
    if target.says_common:
        said.append(f"common {values['COMMON']} {values['OPTIONAL']}\n")
    if target.says_hidden:
        said.append(" ".join(["hidden", *world.variables.get("HIDDEN", "").split()]) + "\n")
    pieces = [text.encode() for text in said]
    if target.has_tool:
        pieces.append(world.tool.encode())
    pieces += [entry.data for name in NAMES if isinstance(entry := sources.get(name), File)]
    if target.reads_inputs:
        matched = declared_inputs(files) or {}
        pieces += [entry.data for _, entry in sorted(matched.items()) if isinstance(entry, File)]
    outs = [artifacts[name]["out"] for name in target.depends_on]
    return pieces + [out.data for out in outs if isinstance(out, File)]


def _make_variables(world: World, files: Tree, sources: Tree) -> dict[str, str]:
    """The variables that recipes name, as make computes them."""
    values = dict.fromkeys(("LOCAL", "STAGE", "COMMON", "OPTIONAL"), "") | world.variables
    for entry in (files["common.mk"], files.get("optional.mk"), sources.get("local.mk")):
        if isinstance(entry, File):
            name, _, value = entry.data.decode().strip().partition(" = ")
            values[name] = value.replace("$(EXTRA)", world.variables.get("EXTRA", ""))
    return values


def _copied(entry: File | Folder | Link) -> File | Folder:
    assert not isinstance(entry, Link)
    return entry._replace(mode=as_made(entry.mode))
