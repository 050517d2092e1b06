"""ninja over the same make targets: mtimes, no cache, no private copy of the sources."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.generate import Unit, sources
from benchmarks.subjects.subject import Workspace, first_line_of, remove
from benchmarks.timing import Command

RULE = """\
rule make
  command = rm -rf artifacts/$name && mkdir -p artifacts/$name && root=$$PWD && cd $code && $
    ARTIFACTS_DIR=$$root/artifacts/$name make -s build-$name && touch $$root/$out
"""


class Ninja:
    """A unit is a stamp file that every source file of the unit precedes."""

    name: str = "ninja"
    max_functions: int | None = None

    def __init__(self, executable: str) -> None:
        self.executable = executable

    def version(self) -> str | None:
        """See Subject."""
        found = first_line_of([self.executable, "--version"])
        return found and f"ninja {found}"

    def supports(self, scenario: str) -> bool:
        """See Subject: everything, though changed mtimes rebuild."""
        return True

    def prepare(self, workspace: Workspace) -> None:
        """See Subject: the build file, which names every input."""
        edges = "".join(self._edge(workspace, unit) for unit in workspace.monorepo.units)
        (workspace.state / "build.ninja").write_text(RULE + edges, encoding="utf-8")

    def _edge(self, workspace: Workspace, unit: Unit) -> str:
        code = escaped(workspace.project / unit.code_dir)
        inputs = " ".join(escaped(path) for path in self._inputs(workspace, unit))
        after = "|" if workspace.monorepo.shape.depends else "||"
        layer = f" {after} stamps/{unit.layer}" if unit.layer else ""
        return f"build stamps/{unit.name}: make {inputs}{layer}\n  name = {unit.name}\n  code = {code}\n"

    def _inputs(self, workspace: Workspace, unit: Unit) -> Iterator[Path]:
        yield workspace.project / unit.code_dir / "Makefile"
        for name in sources(unit, workspace.monorepo.shape):
            yield workspace.project / unit.directory / name

    def command(self, workspace: Workspace, jobs: int) -> Command:
        """See Subject."""
        return Command((self.executable, "-j", str(jobs)), str(workspace.state), workspace.env)

    def artifacts(self, workspace: Workspace) -> Path:
        """See Subject."""
        return workspace.state / "artifacts"

    def delete_outputs(self, workspace: Workspace) -> None:
        """See Subject: the stamps stand for the outputs."""
        remove(self.artifacts(workspace), workspace.state / "stamps")

    def reset(self, workspace: Workspace) -> None:
        """See Subject."""
        self.delete_outputs(workspace)
        for log in workspace.state.glob(".ninja_*"):
            log.unlink()


def escaped(path: Path) -> str:
    """The path as a build file writes it."""
    return str(path).replace("$", "$$").replace(" ", "$ ").replace(":", "$:")
