"""An action: a target with all that its build reads, named by the key of its manifest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from cache.snapshot import Snapshot
from cache.walk import UnreadableEntry
from engine.errors import InputError
from engine.make import environment
from engine.plan.makefiles import Makefiles, MakefileSet
from engine.plan.manifest import ABSENT, Manifest, Row, key_of, manifest
from engine.plan.scan import BadPattern, Scanner
from engine.sam.locate import Lines
from engine.sam.target import Target

_IN_CODE = "code:"


class Reading(NamedTuple):
    """A tree that make can read where it lies, with what it held when the key was made."""

    root: str
    snapshot: Snapshot
    ignore: tuple[str, ...] = ()
    """gitignore patterns of what is left out of the tree."""
    declared: tuple[str, str] | None = None
    """(base, glob), where only that part of the tree counts."""

    def again(self, scanner: Scanner) -> Snapshot | None:
        """The same part of the tree as `scanner` sees it."""
        return scanner.tree(self.root, self.ignore) if self.declared is None else scanner.inputs(*self.declared)[1]


class Action(NamedTuple):
    """What runs for a target and everything that can influence what it leaves."""

    target: Target
    key: str
    """Hex SHA-256 of the manifest."""
    manifest: Manifest
    tree: Snapshot | None
    """The code directory as make will see it; None where it does not exist."""
    in_place: tuple[Reading, ...]
    """Declared inputs and the like, and the code directory, which makefiles find through MAKEFILE_LIST."""
    makefiles: tuple[tuple[str, str], ...]
    """(absolute path, digest or ABSENT) of the makefiles, which make reads where they lie."""
    warnings: tuple[str, ...] = ()
    """What is doubtful in its declaration, told when it runs."""


class Circumstances(NamedTuple):
    """What holds for every action of a build."""

    project_dir: str
    """Directory of the root template: rows name paths relative to it."""
    checkout: str
    """Root of the checkout: paths in it are never absolute in a row."""
    platform: str
    make_version: str
    environ: dict[str, str]
    build_in_source: bool


class Actions:
    """Makes the actions of one build."""

    def __init__(
        self, circumstances: Circumstances, scanner: Scanner, makefiles: Makefiles, tool_output: Callable[[str], str]
    ) -> None:
        """`tool_output` gives the digest of what a declared tool's command line prints."""
        self._circumstances = circumstances
        self._scanner = scanner
        self._makefiles = makefiles
        self._tool_output = tool_output
        self._toolchain = environment.toolchain_variables(circumstances.environ)
        self._circumstantial = _circumstantial(circumstances)
        self._variable_rows: dict[tuple[tuple[str, ...], frozenset[str]], tuple[Row, ...]] = {}

    def look_anew(self) -> None:
        """Forget what was seen in this build: make works in place, and may have changed it."""
        self._scanner.look_anew()
        self._makefiles.look_anew()
        self._variable_rows.clear()

    def action_of(
        self, target: Target, dependencies: Mapping[str, str], known: tuple[str, Manifest] | None = None
    ) -> Action:
        """The action of `target`; `dependencies` are its inputs' output digests by full path.

        `known` is a key with its manifest, which need not be hashed again if it is this one.

        Raises:
            InputError: for a missing Makefile, and for sources that cannot be read.
        """
        try:
            return self._action_of(target, dependencies, known)
        except BadPattern as bad:
            raise InputError(
                f"{target.full_path} has a file pattern that cannot be used: {bad.pattern}",
                rows=(("pattern in", bad.where or "BuildProperties"), *_declaration(target)),
                hint="patterns are written as in a .gitignore; a backslash makes the character after it literal",
            ) from None
        except UnreadableEntry as entry:
            raise InputError(
                f"CustomMakeBuilder:CopySource - {entry.path} {entry.why}",
                rows=_declaration(target),
                hint="remove it, or leave it out with BuildProperties.Ignore or a .samignore beside the sources",
            ) from None

    def _action_of(self, target: Target, dependencies: Mapping[str, str], known: tuple[str, Manifest] | None) -> Action:
        tree = self._scanner.tree(target.code_dir, target.properties.ignore)
        self._check_makefile(target)
        makefiles = self._makefiles.read_by(target, tree)
        digests = tuple((path, self._scanner.file(path)) for path in makefiles.in_place)
        rows = [
            Row("command", "", f"make --makefile {self._place(target.makefile, target)} {target.make_target}"),
            Row("artifact", "", target.built_as or target.full_path),
            Row("tree", "", tree.digest if tree else ABSENT),
            *self._circumstantial,
            *(Row("makefile", self._place(path, target), digest) for path, digest in digests),
            *self._variables(target, makefiles),
            *(Row("tool", command, self._tool_output(command)) for command in target.properties.tools),
            *(Row("dependency", name, digest) for name, digest in dependencies.items()),
        ]
        readings = (
            *([Reading(target.code_dir, tree, target.properties.ignore)] if tree is not None else ()),
            *self._working_directory(target, rows),
            *self._declared(target, rows),
        )
        sorted_rows = manifest(rows)
        key = known[0] if known is not None and known[1] == sorted_rows else key_of(sorted_rows)
        return Action(target, key, sorted_rows, tree, readings, digests, tuple(_unmatched(target, readings)))

    def _check_makefile(self, target: Target) -> None:
        if self._scanner.file(target.makefile) == ABSENT:
            raise InputError(
                f"CustomMakeBuilder:MakeBuild - Makefile not found at {target.makefile}",
                rows=_declaration(target),
                hint=_makefile_hint(target),
            )

    def _variables(self, target: Target, makefiles: MakefileSet) -> tuple[Row, ...]:
        """The rows of the variables that count; most targets have the same."""
        declared, named = target.properties.environment, self._makefiles.variables(makefiles)
        rows = self._variable_rows.get((declared, named))
        if rows is None:
            names = environment.matching(declared, self._circumstances.environ) | named | self._toolchain
            rows = tuple(Row("variable", name, self._value(name)) for name in names)
            self._variable_rows[declared, named] = rows
        return rows

    def _value(self, name: str) -> str:
        return environment.value_digest(self._circumstances.environ[name], self._circumstances.checkout)

    def _working_directory(self, target: Target, rows: list[Row]) -> tuple[Reading, ...]:
        """Add the rows of WorkingDirectory; make sees all that is in one outside of the code directory."""
        folder = target.working_dir
        if folder is None:
            return ()
        place = self._place(folder, target)
        rows.append(Row("working-directory", "", place))
        if place.startswith(_IN_CODE):
            return ()
        snapshot = self._scanner.tree(folder, target.properties.ignore)
        rows.append(Row("input", place, snapshot.digest if snapshot else ABSENT))
        return () if snapshot is None else (Reading(folder, snapshot, target.properties.ignore),)

    def _declared(self, target: Target, rows: list[Row]) -> tuple[Reading, ...]:
        readings: list[Reading] = []
        base = target.properties.inputs_base
        for pattern in target.properties.inputs:
            root, snapshot = self._scanner.inputs(base, pattern)
            rows.append(Row("input", pattern, snapshot.digest if snapshot else ABSENT))
            if snapshot is not None:
                readings.append(Reading(root, snapshot, declared=(base, pattern)))
        return tuple(readings)

    def _place(self, path: str, target: Target) -> str:
        """`path` in words that hold in every checkout; absolute only outside of it."""
        if path == target.code_dir:
            return _IN_CODE + "."
        if path.startswith(target.code_dir.rstrip("/") + "/"):
            return _IN_CODE + path[len(target.code_dir.rstrip("/")) + 1 :]
        checkout = self._circumstances.checkout.rstrip("/")
        if path == checkout or path.startswith(checkout + "/"):
            return "project:" + os.path.relpath(path, self._circumstances.project_dir)
        return path


def _circumstantial(circumstances: Circumstances) -> tuple[Row, ...]:
    rows = (Row("platform", "", circumstances.platform), Row("make", "", circumstances.make_version))
    return (*rows, Row("in-source", "", "yes")) if circumstances.build_in_source else rows


def _unmatched(target: Target, readings: tuple[Reading, ...]) -> Iterator[str]:
    """A warning for each declared input that is not there."""
    matched = {reading.declared[1] for reading in readings if reading.declared and reading.snapshot.files}
    for pattern in target.properties.inputs:
        if pattern not in matched:
            braces = "; braces mean nothing in it: declare each alternative" if "{" in pattern else ""
            yield f"BuildProperties.Inputs: {pattern} matches no file{braces}"


def _declaration(target: Target) -> tuple[tuple[str, str], ...]:
    """Rows that name a target and the line that declares it."""
    place = Lines(target.template).place(("Resources", target.logical_id))
    return (("resource", target.full_path), ("template", place))


def _makefile_hint(target: Target) -> str:
    folder = os.path.dirname(target.makefile)
    if os.path.exists(target.makefile):
        return "there is something of that name, but it is no regular file"
    try:
        near = [name for name in os.listdir(folder) if name.lower() in ("makefile", "gnumakefile")]
    except OSError:
        return f"there is no directory {folder}; check CodeUri (or ContextPath) of {target.full_path}"
    if near:
        return f"found {near[0]} there: sam reads only the name Makefile; rename it"
    return f"add a Makefile with a target {target.make_target}, or set Metadata.ContextPath"


def checkout_root(project_dir: str) -> str:
    """The nearest folder at or above `project_dir` that holds a `.git`, else `project_dir`."""
    folder = project_dir
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return project_dir
        folder = parent
    return folder
