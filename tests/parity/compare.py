"""Where two runs of one case differ, as lines for a failure message."""

from __future__ import annotations

import fnmatch
import json
import os
import posixpath
from collections.abc import Iterator
from typing import Any

from tests.parity.case import Case
from tests.parity.side import Run
from tests.parity.tree import Entry, Tree

NESTED = {"AWS::Serverless::Application": "Location", "AWS::CloudFormation::Stack": "TemplateURL"}


def output_templates(tree: Tree, build_dir: str) -> list[str]:
    """Paths of the templates that the command wrote: the root's and those that it points at, found in the tree."""
    found: list[str] = []
    waiting = [posixpath.normpath(posixpath.join(build_dir, "template.yaml"))]
    while waiting:
        path = waiting.pop()
        if path in tree and path not in found:
            found.append(path)
            waiting += [posixpath.join(posixpath.dirname(path), child) for child in _children(tree[path])]
    return found


def _children(template: Entry) -> Iterator[str]:
    for resource in _mapping(_load(template).get("Resources")).values():
        kind = _mapping(resource).get("Type")
        location = _mapping(_mapping(resource).get("Properties")).get(NESTED.get(str(kind), ""))
        if isinstance(location, str) and not location.startswith(("/", "..", "s3:", "http")):
            yield location


def _mapping(value: object) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _load(template: Entry) -> dict[Any, Any]:
    import yaml

    return _mapping(yaml.load(template.data, Loader=yaml.CSafeLoader))


def artifact_dirs(tree: Tree, build_dir: str) -> set[str]:
    """Artifact directories below the build directory: folders beside an output template that hold none themselves."""
    templates = output_templates(tree, build_dir)
    stacks = [posixpath.dirname(path) for path in templates]
    return {
        posixpath.relpath(path, posixpath.normpath(build_dir))
        for path, entry in tree.items()
        if entry.kind != "file" and posixpath.dirname(path) in stacks and path not in stacks
    }


def template_order(template: Entry) -> str:
    """A template's data in the order of its keys, comparable as text."""
    return json.dumps(_load(template), indent=1, default=str)


def tree_differences(case: Case, theirs: Tree, ours: Tree) -> dict[str, str]:
    """Path -> what is not the same there. Output templates are compared as data in order, all else exactly."""
    build_dir = os.path.join(case.cwd, case.build_dir)
    as_data = set(output_templates(theirs, build_dir)) & set(output_templates(ours, build_dir))
    return {
        path: f"{path}:\n    sam:    {_describe(theirs.get(path))}\n    engine: {_describe(ours.get(path))}"
        for path in sorted(theirs.keys() | ours.keys())
        if not _same(theirs.get(path), ours.get(path), as_data=path in as_data)
    }


def _describe(entry: Entry | None) -> str:
    return "nothing" if entry is None else entry.describe()


def _same(theirs: Entry | None, ours: Entry | None, *, as_data: bool) -> bool:
    if theirs is None or ours is None or not as_data:
        return theirs == ours
    return theirs.mode == ours.mode and template_order(theirs) == template_order(ours)


def without_build_dir(case: Case, tree: Tree) -> Tree:
    """The tree but what is below the build directory: what a failed build must have left alone."""
    build_dir = posixpath.normpath(posixpath.join(case.cwd, case.build_dir))
    return {p: e for p, e in tree.items() if p != build_dir and not p.startswith(build_dir + "/")}


def excused(case: Case, path: str) -> bool:
    """Whether the case's deliberate difference covers a path."""
    return case.differs is not None and any(fnmatch.fnmatch(path, pattern) for pattern in case.differs.paths)


def stdout_differences(case: Case, theirs: Run, ours: Run) -> list[str]:
    """Where standard output differs: text must be the same, a json document must hold all of sam's members."""
    if "json" in case.argv:
        theirs_json, ours_json = json.loads(theirs.stdout), json.loads(ours.stdout)
        return [] if _contains(ours_json, theirs_json) else [f"stdout: {theirs.stdout}\nis not part of {ours.stdout}"]
    expected = theirs.stdout
    if case.differs is not None and case.differs.stdout is not None:
        expected = case.differs.stdout
        assert expected != theirs.stdout, "the difference is gone"
    if expected == ours.stdout:
        return []
    return [f"stdout:\n    expected: {expected!r}\n    engine:   {ours.stdout!r}"]


def _contains(ours: object, theirs: object) -> bool:
    if isinstance(theirs, dict) and isinstance(ours, dict):
        return all(name in ours and _contains(ours[name], value) for name, value in theirs.items())
    if isinstance(theirs, list) and isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(_contains, ours, theirs))
    return ours == theirs
