"""ninja over the same make targets: mtimes, no cache, no private copy of the sources."""

from __future__ import annotations

from pathlib import Path

from benchmarks.generate import Unit
from benchmarks.subjects.peer import inputs, make_step
from benchmarks.subjects.stamps import Stamps, layer_after
from benchmarks.subjects.subject import Workspace
from benchmarks.timing import Command

RULE = """\
rule make
  command = root=$$PWD && $step && touch $$root/$out
"""


class Ninja(Stamps):
    """See Stamps."""

    name: str = "ninja"

    def version(self) -> str | None:
        """See Subject."""
        found = super().version()
        return found and f"ninja {found}"

    def prepare(self, workspace: Workspace) -> None:
        """See Subject: the build file, which names every input."""
        edges = "".join(self._edge(workspace, unit) for unit in workspace.monorepo.units)
        (workspace.state / "build.ninja").write_text(RULE + edges, encoding="utf-8")

    def _edge(self, workspace: Workspace, unit: Unit) -> str:
        files = " ".join(escaped(path) for path in inputs(workspace, unit))
        layer, reads = layer_after(workspace, unit)
        after = f" {'|' if reads else '||'} {layer}" if layer else ""
        step = make_step(workspace, unit, self.artifacts(workspace)).replace("$", "$$")
        return f"build stamps/{unit.name}: make {files}{after}\n  step = {step}\n"

    def command(self, workspace: Workspace, jobs: int) -> Command:
        """See Subject."""
        return Command((self.executable, "-j", str(jobs)), str(workspace.state), workspace.env)

    def reset(self, workspace: Workspace) -> None:
        """See Subject."""
        self.delete_outputs(workspace)
        for log in workspace.state.glob(".ninja_*"):
            log.unlink()


def escaped(path: Path) -> str:
    """The path as a build file writes it."""
    return str(path).replace("$", "$$").replace(" ", "$ ").replace(":", "$:")
