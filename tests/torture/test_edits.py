"""Inputs that are edited while they are scanned, copied and used: a key names what make saw, or nothing is recorded."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from engine.build.options import BuildOptions
from tests.build.project import Project, function, template
from tests.torture.conftest import Figure
from tests.torture.nursery import Nursery
from tests.torture.steps import Steps, is_access

SHORT_STEPS = 2
MAKEFILE = """\
include {shared}/common.mk
build-Fn:
\tcat early.txt {shared}/input.txt late.txt > $(ARTIFACTS_DIR)/seen
\techo $(WORD) >> $(ARTIFACTS_DIR)/seen
"""

Blame = Callable[[str, list[str]], None]


def say(inputs: list[Path], word: str) -> None:
    """Have every input say a word; all words are of one length, so that only times tell of the change."""
    for path in inputs:
        path.write_text(f"WORD := {word}\n" if path.suffix == ".mk" else f"{word}\n")


class Checkout:
    """A function of whose inputs two lie in its directory, one is declared and one is included."""

    def __init__(self, root: Path) -> None:
        self.project = Project(root)
        shared = root / "shared"
        shared.mkdir()
        metadata = 'BuildProperties:\n  Inputs: ["shared/*.txt"]\n'
        self.project.write({"template.yaml": template(Fn=function("src", metadata))})
        self.project.write({"src/Makefile": MAKEFILE.format(shared=shared)})
        self.inputs = [
            root / "src" / "early.txt",
            shared / "input.txt",
            root / "src" / "late.txt",
            shared / "common.mk",
        ]
        """In the order in which the artifact holds what they say."""

    def begin_anew(self) -> BuildOptions:
        """Forget everything, with `A` in all inputs; a build of it."""
        shutil.rmtree(self.project.root / ".aws-sam", ignore_errors=True)
        shutil.rmtree(self.project.store, ignore_errors=True)
        say(self.inputs, "A")
        project = self.project
        at = str(project.root)
        return BuildOptions(f"{at}/template.yaml", at, str(project.build_dir), str(project.store), jobs=2)

    def faults(self, edited: list[Path]) -> list[str]:
        """What is wrong with the builds that follow: of what the inputs say now, then with each word in `edited`."""
        found = [self._fault()]
        for word in "ABA":
            say(edited, word)
            found.append(self._fault())
        return [fault for fault in found if fault]

    def _fault(self) -> str:
        self.project.build()
        seen = self.project.tree("Fn").get("seen")
        said = b"".join(path.read_bytes().removeprefix(b"WORD := ") for path in self.inputs)
        return "" if seen == said else f"the inputs say {said!r}, the artifact {seen!r}"


def edited_at(step: int, back_after: int, edited: list[Path]) -> Steps:
    """Edit inputs to `B` at a step, and back to `A` so many steps later (0: never)."""
    if back_after:
        Steps(step + back_after, partial(say, edited, "A"), is_access)
    return Steps(step, partial(say, edited, "B"), is_access)


@pytest.mark.parametrize("in_between", [None, 1, 4, 12])
def test_inputs_that_are_edited_at_a_step(
    in_between: int | None,
    tmp_path: Path,
    nursery: Nursery,
    chance: random.Random,
    torture: bool,
    figure: Figure,
    blamed: Blame,
) -> None:
    """One input, or all of them. `in_between`: so many steps later they are as they were."""
    checkout = Checkout(tmp_path / "project")
    child = nursery.build(checkout.begin_anew(), watch=partial(edited_at, 0, 0, []))
    assert not child.end()
    every = range(1, child.steps + 1)
    for step in every if torture else sorted(chance.sample(every, SHORT_STEPS)):
        edited = chance.choice([checkout.inputs, *([path] for path in checkout.inputs)])
        back_after = 0 if in_between is None else in_between + len(edited)  # the edits are steps too
        options = checkout.begin_anew()
        child = nursery.build(options, watch=partial(edited_at, step, back_after, edited))
        child.end()
        figure("edits at a step of a build", 1)
        figure("edits that a build saw and told of", int(any("not recorded" in text for text in child.told("warned"))))
        names = " ".join(path.name for path in edited)
        blamed(f"step {step} of {len(every)}: {names}", checkout.faults(edited))
