"""The machine over builds in the sources."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machine.draws import CONTENTS, NAMES, NUMBERS, WRITES, WRITTEN
from tests.machine.how import HOWS, How
from tests.machine.rules import BuildMachine
from tests.machine.world import DIRECTORIES, File, Target


class InSourceMachine(BuildMachine):
    """The same with `--build-in-source`: each target in sources of its own, into which it writes."""

    IN_SOURCE = True

    def _add(self, target: Target, depends_on: list[int], layers: list[int]) -> None:
        name = next((name for name in NAMES if name not in self.world.targets), None)
        if name is not None:
            code = f"s{NAMES.index(name)}"
            ignore = ("ig/", "obj/") if target.ignore else ()
            super()._add(replace(target, code=code, whole=False, ignore=ignore), depends_on, layers)

    @rule(number=NUMBERS, writes=WRITES, how=HOWS)
    def write_in_place(self, number: int, writes: tuple[str, ...], how: How | None) -> None:
        self.world.change(self._name(number), writes=writes)
        self._end(how)

    @rule(number=NUMBERS, name=st.sampled_from(WRITTEN), data=st.one_of(st.none(), CONTENTS), how=HOWS)
    def edit_what_make_wrote(self, number: int, name: str, data: bytes | None, how: How | None) -> None:
        path = f"{self.world.targets[self._name(number)].code}/{name}"
        if data is None:
            self.world.files.pop(path, None)
        else:
            self.world.files[path] = File(data)
        self._end(how)

    @rule(directory=st.sampled_from(DIRECTORIES), text=st.sampled_from((b"*.md\n", b"ig/\n", b"")), how=HOWS)
    def samignore(self, directory: str, text: bytes, how: How | None) -> None:
        """Nothing that recipes read is ignored: it lies there all the same."""
        self._set_samignore(directory, text)
        self._end(how)

    @rule(number=NUMBERS, ignore=st.sampled_from(((), ("*.md",), ("ig/", "obj/"))), how=HOWS)
    def ignore(self, number: int, ignore: tuple[str, ...], how: How | None) -> None:
        self.world.change(self._name(number), ignore=ignore)
        self._end(how)

    def move_target(self) -> None:
        """Sources are a target's own."""
