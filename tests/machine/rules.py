"""The rules: what users do to a project between builds, and the builds."""

from __future__ import annotations

import os
import posixpath
import tempfile
from collections import Counter
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from engine.run.removal import remove_tree
from tests.machine import sabotage
from tests.machine.draws import CONTENTS, EDGES, FLAGS, MODES, NAMES, NUMBERS, PLACES, TARGETS
from tests.machine.how import HOWS, How, in_source
from tests.machine.project import Project
from tests.machine.world import DIRECTORIES, File, Folder, Link, Target, World


class BuildMachine(RuleBasedStateMachine):
    """Random projects under random edits, damage and kills; every rule ends with a build, or adds up with the next."""

    IN_SOURCE: ClassVar[bool] = False
    counted: ClassVar[Counter[str]] = Counter()
    place: ClassVar[Path]
    """Where projects lie, and the engine's temporary files beside each."""

    def __init__(self) -> None:
        super().__init__()
        self.base = Path(tempfile.mkdtemp(prefix="example-", dir=self.place))
        tempfile.tempdir = str(self.base / "temporary")
        self.project = Project(self.base, in_source=self.IN_SOURCE, counted=self.counted)
        self.counted["examples"] += 1

    @property
    def world(self) -> World:
        return self.project.world

    @initialize(made=st.lists(st.tuples(TARGETS, EDGES, EDGES), min_size=2, max_size=4), how=HOWS)
    def begin(self, made: list[tuple[Target, list[int], list[int]]], how: How | None) -> None:
        self.world.files = {
            "common.mk": File(b"COMMON = 1\n"),
            "shared/x.txt": File(b"x\n"),
            "shared/keep.md": File(b""),
            ".git/HEAD": File(b"ref: refs/heads/main\n"),
            **{
                posixpath.normpath(f"{directory}/{name}"): File(b"1\n")
                for directory in DIRECTORIES
                for name in ("a", "note.md", "ig/e", "sub/d")
            },
        }
        for one, depends_on, layers in made:
            self._add(one, depends_on, layers)
        self._end(how)

    def _add(self, target: Target, depends_on: list[int], layers: list[int]) -> None:
        name = next((name for name in NAMES if name not in self.world.targets), None)
        if name is not None:
            self.world.targets[name] = Target(**{**target.__dict__, "name": name})
            self._connect(name, depends_on, layers)

    def _connect(self, name: str, depends_on: list[int], layers: list[int]) -> None:
        """Give a target dependencies among those before it."""
        before = list(self.world.targets)[: list(self.world.targets).index(name)]
        chosen = {before[number % len(before)]: None for number in depends_on if before}
        possible = [other for other in before if self.world.targets[other].is_layer]
        referenced = {possible[number % len(possible)]: None for number in layers if possible}
        if self.world.targets[name].is_layer:
            referenced = {}
        self.world.change(name, depends_on=tuple(chosen), layers=tuple(referenced))

    def _name(self, number: int) -> str:
        return list(self.world.targets)[number % len(self.world.targets)]

    def _end(self, how: How | None) -> None:
        self.counted["steps"] += 1
        how = in_source(how) if self.IN_SOURCE else how
        if how is not None:
            self.project.build(how)

    @rule(how=HOWS)
    def build(self, how: How | None) -> None:
        self._end(how)

    @rule(path=PLACES, data=CONTENTS, mode=MODES, how=HOWS)
    def write(self, path: str, data: bytes, mode: int, how: How | None) -> None:
        self.world.files[path] = File(data, mode)
        self._end(how)

    @rule(number=NUMBERS, data=CONTENTS, how=HOWS)
    def edit_and_revert(self, number: int, data: bytes, how: How | None) -> None:
        path = self._source(number)
        old = self.world.files[path]
        self.world.files[path] = File(data)
        self.project.write()
        self.world.files[path] = old
        self._end(how)

    def _source(self, number: int) -> str:
        """A file of some target's sources."""
        found = sorted(
            path
            for path, entry in self.world.files.items()
            if isinstance(entry, File) and path.startswith(("s0/", "s1/", "s2/", "shared/x", "common"))
        )
        return found[number % len(found)]

    @rule(number=NUMBERS, how=HOWS)
    def write_the_same_length_at_the_same_time(self, number: int, how: How | None) -> None:
        self.project.write()
        path = self._source(number)
        status = (self.project.root / path).stat()
        old = self.world.files[path]
        assert isinstance(old, File)
        data = old.data.translate(bytes.maketrans(b"12xt", b"21yz"))
        self.world.files[path] = old._replace(data=data)
        self.project.write()
        os.utime(self.project.root / path, ns=(status.st_atime_ns, status.st_mtime_ns))
        self._end(how)

    @rule(number=NUMBERS, seconds=st.sampled_from((0, 1, 1_000_000_000, 4_000_000_000)), how=HOWS)
    def touch(self, number: int, seconds: int, how: How | None) -> None:
        self.project.write()
        os.utime(self.project.root / self._source(number), (seconds, seconds))
        self._end(how)

    @rule(number=NUMBERS, mode=MODES, how=HOWS)
    def chmod(self, number: int, mode: int, how: How | None) -> None:
        path = self._source(number)
        entry = self.world.files[path]
        assert isinstance(entry, File)
        self.world.files[path] = entry._replace(mode=mode)
        self._end(how)

    @rule(number=NUMBERS, how=HOWS)
    def remove(self, number: int, how: How | None) -> None:
        path = self._source(number)
        if not path.startswith("common"):
            del self.world.files[path]
        self._end(how)

    @rule(number=NUMBERS, path=PLACES, how=HOWS)
    def rename(self, number: int, path: str, how: How | None) -> None:
        old = self._source(number)
        if not old.startswith("common"):
            self.world.files[path] = self.world.files.pop(old)
        self._end(how)

    @rule(
        directory=st.sampled_from(DIRECTORIES),
        name=st.sampled_from(("ln", "b")),
        to=st.sampled_from(("a", "sub", "shared/x.txt", "shared")),
        how=HOWS,
    )
    def link(self, directory: str, name: str, to: str, how: How | None) -> None:
        """Links may lead nowhere: the target that has one fails."""
        up = "" if directory == "." else "../"
        text = up + to if to.startswith("shared") else to
        self.world.files[posixpath.normpath(f"{directory}/{name}")] = Link(text)
        self._end(how)

    @rule(directory=st.sampled_from(DIRECTORIES), name=st.sampled_from(("ln", "b")), how=HOWS)
    def unlink(self, directory: str, name: str, how: How | None) -> None:
        self.world.files.pop(posixpath.normpath(f"{directory}/{name}"), None)
        self._end(how)

    @rule(
        directory=st.sampled_from(DIRECTORIES),
        name=st.sampled_from(("sub", "empty", "ig")),
        mode=st.sampled_from((0o755, 0o700, 0o775, 0)),
        how=HOWS,
    )
    def folder(self, directory: str, name: str, mode: int, how: How | None) -> None:
        """A folder that stays when it is empty; without a mode it no longer does."""
        path = posixpath.normpath(f"{directory}/{name}")
        if mode:
            self.world.files[path] = Folder(mode)
        else:
            self.world.files.pop(path, None)
        self._end(how)

    @rule(
        name=st.sampled_from(("common.mk", "optional.mk", "s0/local.mk", "s1/local.mk")),
        value=st.sampled_from(("1", "2", "$(EXTRA)", "")),
        how=HOWS,
    )
    def makefile(self, name: str, value: str, how: How | None) -> None:
        variable = posixpath.basename(name).partition(".")[0].upper()
        if value:
            self.world.files[name] = File(f"{variable} = {value}\n".encode())
        elif name != "common.mk":
            self.world.files.pop(name, None)
        self._end(how)

    @rule(
        directory=st.sampled_from(DIRECTORIES), text=st.sampled_from((b"*.md\n", b"ig/\n", b"/sub/d\n", b"")), how=HOWS
    )
    def samignore(self, directory: str, text: bytes, how: How | None) -> None:
        self._set_samignore(directory, text)
        self._end(how)

    def _set_samignore(self, directory: str, text: bytes) -> None:
        path = posixpath.normpath(f"{directory}/.samignore")
        if text:
            self.world.files[path] = File(text)
        else:
            self.world.files.pop(path, None)

    @rule(
        name=st.sampled_from(("STAGE", "EXTRA", "HIDDEN", "UNUSED")),
        value=st.sampled_from((None, "dev", "prod", "a b")),
        how=HOWS,
    )
    def variable(self, name: str, value: str | None, how: How | None) -> None:
        self.world.variables.pop(name, None)
        if value is not None:
            self.world.variables[name] = value
        self._end(how)

    @rule(text=st.sampled_from(("1", "2")), how=HOWS)
    def tool(self, text: str, how: How | None) -> None:
        self.world.tool = text
        self._end(how)

    @rule(made=TARGETS, depends_on=EDGES, layers=EDGES, how=HOWS)
    def add_target(self, made: Target, depends_on: list[int], layers: list[int], how: How | None) -> None:
        self._add(made, depends_on, layers)
        self._end(how)

    @rule(number=NUMBERS, how=HOWS)
    def drop_target(self, number: int, how: How | None) -> None:
        if len(self.world.targets) > 1:
            dropped = self._name(number)
            del self.world.targets[dropped]
            for name, target in self.world.targets.items():
                self.world.change(
                    name,
                    depends_on=tuple(other for other in target.depends_on if other != dropped),
                    layers=tuple(other for other in target.layers if other != dropped),
                )
        self._end(how)

    @rule(number=NUMBERS, flag=FLAGS, how=HOWS)
    def flip(self, number: int, flag: str, how: How | None) -> None:
        name = self._name(number)
        if flag != "whole" or not self.IN_SOURCE:  # in the sources it would copy what it wrote there
            self.world.change(name, **{flag: not getattr(self.world.targets[name], flag)})
        if flag == "is_layer":
            self.world.change(name, layers=())
            for other, target in self.world.targets.items():
                self.world.change(other, layers=tuple(layer for layer in target.layers if layer != name))
        self._end(how)

    @rule(number=NUMBERS, code=st.sampled_from(DIRECTORIES), how=HOWS)
    def move_target(self, number: int, code: str, how: How | None) -> None:
        self.world.change(self._name(number), code=code)
        self._end(how)

    @rule(number=NUMBERS, ignore=st.sampled_from(((), ("*.md",), ("ig/", "/sub/d"))), how=HOWS)
    def ignore(self, number: int, ignore: tuple[str, ...], how: How | None) -> None:
        self.world.change(self._name(number), ignore=ignore)
        self._end(how)

    @rule(number=NUMBERS, depends_on=EDGES, layers=EDGES, how=HOWS)
    def connect(self, number: int, depends_on: list[int], layers: list[int], how: How | None) -> None:
        self._connect(self._name(number), depends_on, layers)
        self._end(how)

    @rule(number=NUMBERS, what=st.sampled_from(sabotage.ARTIFACT), which=NUMBERS, how=HOWS)
    def damage_artifact(self, number: int, what: str, which: int, how: How | None) -> None:
        sabotage.damage_artifact(self.project, self._name(number), what, which)
        self._end(how)

    @rule(what=st.sampled_from(sabotage.STORE), which=NUMBERS, how=HOWS)
    def damage_store(self, what: str, which: int, how: How | None) -> None:
        sabotage.damage_store(self.project, what, which)
        self._end(how)

    @rule(what=st.sampled_from(sabotage.TRACE), which=NUMBERS, how=HOWS)
    def damage_trace(self, what: str, which: int, how: How | None) -> None:
        sabotage.damage_trace(self.project, what, which, self.project.old_trace)
        self._end(how)

    def teardown(self) -> None:
        self.project.close()
        remove_tree(str(self.base))
