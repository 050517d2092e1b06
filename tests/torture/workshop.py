"""A project whose artifacts are a known function of its version, and what must hold after each of its builds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cache.check import check
from cache.disk import DiskStore
from engine.build.options import BuildOptions
from engine.run.scratch import Scratch
from tests.build.project import BUILT, RESTORED, UP_TO_DATE, Project, function, template

Files = dict[str, bytes | str | None]

RECIPES = """\
build-%:
\tmkdir -p $(ARTIFACTS_DIR)/lib
\tcp app.py $(ARTIFACTS_DIR)/
\tcat app.py {shared} > $(ARTIFACTS_DIR)/lib/both.txt
\tln -s ../app.py $(ARTIFACTS_DIR)/lib/link
"""
BREAKS = "build-%:\n\techo half > $(ARTIFACTS_DIR)/half; exit 7\n"
DECLARED = 'BuildProperties:\n  Inputs: ["shared.txt"]\n'
LAYER = """\
Type: AWS::Serverless::LayerVersion
Metadata:
  BuildMethod: makefile
  BuildProperties:
    Inputs: ["shared.txt"]
Properties:
  ContentUri: Base"""
GOOD = frozenset((BUILT, RESTORED, UP_TO_DATE))

_UNFINISHED = (".new", ".tmp")
"""What the names of files end in that are being written."""


class Workshop:
    """Functions `F0`, `F1`, … and a layer `Base`, each with sources of its own and a file that all of them read."""

    def __init__(self, root: Path, store: Path | None = None, functions: int = 7) -> None:
        self.project = Project(root, store)
        self.names = [*(f"F{number}" for number in range(functions)), "Base"]
        bodies = {name: function(name, DECLARED) for name in self.names}
        bodies["F1"] = function("F1", f"{DECLARED}  DependsOn: [Base]\n")
        bodies["Base"] = LAYER
        self.project.write({"template.yaml": template(**bodies), "shared.txt": "shared\n"})
        self.recipes = RECIPES.format(shared=root / "shared.txt")
        self.version = 0
        self.edit(1)

    def edit(self, version: int) -> None:
        """Give the sources of all targets the content of a version."""
        self.version = version
        for name in self.names:
            self.project.write({f"{name}/app.py": f"{name} {version}\n"})
        self.mend_recipes()

    def mend_recipes(self) -> None:
        self.project.write({f"{name}/Makefile": self.recipes for name in self.names})

    def break_recipes(self) -> None:
        """Make every target fail after it has begun to write."""
        self.project.write({f"{name}/Makefile": BREAKS for name in self.names})

    def expected(self, version: int | None = None) -> dict[str, Files]:
        """Every artifact of a version, else of the current one."""
        version = self.version if version is None else version
        return {name: _artifact(f"{name} {version}\n".encode()) for name in self.names}

    def artifacts(self) -> dict[str, Files]:
        """Every artifact that is there."""
        return {name: self.project.tree(name) for name in self.names if self.project.artifact(name).is_dir()}

    def options(self, **options: Any) -> BuildOptions:
        """A build of everything, 8 jobs wide."""
        project = self.project
        asked = BuildOptions(
            template=str(project.root / "template.yaml"),
            cwd=str(project.root),
            build_dir=str(project.build_dir),
            cache_dir=str(project.store),
            jobs=8,
        )
        return asked._replace(**options)

    def forget(self, *, store: bool) -> None:
        """Remove what builds left, the store too if asked."""
        shutil.rmtree(self.project.root / ".aws-sam", ignore_errors=True)
        if store:
            shutil.rmtree(self.project.store, ignore_errors=True)

    def make_sure(self, version: int) -> None:
        """Build a version, and see that it is there."""
        self.edit(version)
        outcome = self.project.outcome()
        assert self.artifacts() == self.expected(), (outcome.results, self.project.warnings)

    def build(self, **options: Any) -> tuple[dict[str, str], list[str]]:
        """A build that must be right without help, and what is wrong with it and with one after it."""
        states = self.project.build(**options)
        wrong = [f"{name} {state}" for name, state in states.items() if state not in GOOD]
        wrong += [f"warned: {warning}" for warning in self.project.warnings]
        found, expected = self.artifacts(), self.expected()
        wrong += [f"{name} holds {found.get(name)}" for name in self.names if found.get(name) != expected[name]]
        again = self.project.build(**options)
        wrong += [f"{name} {state} once more" for name, state in again.items() if state != UP_TO_DATE]
        return states, [*wrong, *self.leftovers()]

    def leftovers(self) -> Iterator[str]:
        """Files that lie about after a build that ended well, though nobody needs them."""
        state, scratch = self.project.state_dir, self.scratch
        for folder in (state / "aside", state / "staging", state / "trash", scratch):
            yield from (f"left: {path}" for path in folder.rglob("*"))
        yield from (f"left: {path}" for path in state.rglob("*") if path.name.endswith(_UNFINISHED))
        expected = {*self.names, "template.yaml"}
        yield from (f"left: {path}" for path in self.project.build_dir.iterdir() if path.name not in expected)

    @property
    def scratch(self) -> Path:
        """The folder of the scratch copies; it is there after this call."""
        return Path(Scratch(str(self.project.state_dir)).root)

    def orphans(self) -> list[int]:
        """Processes, but this one, that work in the project or its scratch copies, or have files open there."""
        return list(_processes_in((str(self.project.root), str(self.scratch))))

    def store_faults(self) -> list[str]:
        """What is damaged in the store."""
        found = check(DiskStore(str(self.project.store))).findings
        return [f"{finding.kind} {finding.path}: {finding.problem}" for finding in found]


def _artifact(app: bytes) -> Files:
    return {"app.py": app, "lib": None, "lib/both.txt": app + b"shared\n", "lib/link": "../app.py"}


def _processes_in(folders: tuple[str, ...]) -> Iterator[int]:
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            places = _places(f"/proc/{name}")
            if any(f"{place}/".startswith(f"{folder}/") for place in places for folder in folders):
                yield int(name)


def _places(process: str) -> Iterable[str]:
    found = []
    try:
        for link in [f"{process}/cwd", *(f"{process}/fd/{name}" for name in os.listdir(f"{process}/fd"))]:
            found.append(os.readlink(link))
    except OSError:  # it ended meanwhile
        return []
    return found
