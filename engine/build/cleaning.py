"""Cleaning in a full build: artifacts of resources that left the template go, what is nobody's stays."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

from engine.build.template import Planned
from engine.build.templates import UNFINISHED
from engine.plan.trace import Trace
from engine.run.artifacts import Artifacts

TEMPLATE = "template.yaml"


def remove_departed(planned: Planned, trace: Trace, artifacts: Artifacts) -> None:
    """Before anything is built, remove what a former build left for resources that this template no longer has.

    A function may have become a stack, or a stack a function: what lies within a target's artifact is the target's.
    """
    current = {target.full_path for target in planned.everything}
    for name in trace.targets():
        if name not in current:
            if current.isdisjoint(_ancestors(name)):
                artifacts.discard(name)
            trace.forget(name)


def clean(
    build_dir: str,
    planned: Planned,
    left: tuple[str, ...],
    trace: Trace,
    artifacts: Artifacts,
    warn: Callable[[str], None],
) -> None:
    """When the output templates are `left`, remove old ones and what sam built; tell of what no build made."""
    current = {target.full_path for target in planned.everything}
    templates = {os.path.relpath(path, build_dir) for path in left}
    _remove_old_templates(build_dir, trace, templates, current)
    expected = current | templates
    expected |= {folder for path in expected for folder in _ancestors(path.rpartition("/")[0])}
    unknown = list(_strangers(build_dir, "", expected, current))
    theirs = _built_by_sam(build_dir) if unknown else frozenset()
    for path in unknown:
        if path in theirs:
            artifacts.discard(path)
        else:
            warn(f"{os.path.join(build_dir, path)} is neither this build's nor sam's: left alone")


def _remove_old_templates(build_dir: str, trace: Trace, current: set[str], targets: set[str]) -> None:
    """Remove output templates of stacks that are gone; what lies within a target's artifact is the target's."""
    former = {os.path.relpath(path, build_dir) for known in trace.outputs.values() for path, _ in known[1]}
    for path in former - current:
        if targets.isdisjoint(_ancestors(path)) and not path.startswith(".."):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(build_dir, path))
                os.removedirs(os.path.dirname(os.path.join(build_dir, path)))


def _strangers(build_dir: str, folder: str, expected: set[str], whole: set[str]) -> Iterator[str]:
    """Paths below the build directory that are not expected; what is below those in `whole` is not looked at."""
    with os.scandir(os.path.join(build_dir, folder)) as entries:
        names = sorted(entry.name for entry in entries)
    for name in names:
        path = f"{folder}/{name}" if folder else name
        if path not in expected and path.removesuffix(UNFINISHED) not in expected:
            yield path
        elif path not in whole and os.path.isdir(os.path.join(build_dir, path)):
            yield from _strangers(build_dir, path, expected, whole)


def _built_by_sam(build_dir: str) -> frozenset[str]:
    """What `build.toml` beside the build directory says that sam built there, with the folders on the way."""
    import tomllib

    try:
        with open(os.path.join(os.path.dirname(build_dir), "build.toml"), "rb") as file:
            content = tomllib.load(file)
    except (OSError, ValueError):
        return frozenset()
    names: set[str] = {TEMPLATE}
    for row in content.get("function_build_definitions", {}).values():
        names.update(row.get("functions", ()))
    for row in content.get("layer_build_definitions", {}).values():
        names.add(row.get("layer", ""))
    return frozenset(folder for name in names for folder in _ancestors(name))


def _ancestors(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]
