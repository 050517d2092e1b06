"""GNU make itself, without its built-in rules and variables, as the one that orders the make targets."""

from __future__ import annotations

from pathlib import Path

from benchmarks.generate import Unit
from benchmarks.subjects.peer import inputs, make_step
from benchmarks.subjects.stamps import Stamps, layer_after
from benchmarks.subjects.subject import Workspace
from benchmarks.timing import Command


class GnuMake(Stamps):
    """See Stamps."""

    name: str = "make -rR"

    def supports(self, scenario: str) -> bool:
        """See Subject: its start-up alone says nothing."""
        return scenario != "version"

    def prepare(self, workspace: Workspace) -> None:
        """See Subject: one makefile, which names every input."""
        units = workspace.monorepo.units
        head = f"all: {' '.join(f'stamps/{unit.name}' for unit in units)}\n"
        rules = "".join(self._rule(workspace, unit) for unit in units)
        (workspace.state / "Makefile").write_text(head + rules, encoding="utf-8")

    def _rule(self, workspace: Workspace, unit: Unit) -> str:
        files = " ".join(escaped(path) for path in inputs(workspace, unit))
        layer, reads = layer_after(workspace, unit)
        after = f" {'' if reads else '| '}{layer}" if layer else ""
        step = make_step(workspace, unit, self.artifacts(workspace)).replace("$", "$$")
        return f"stamps/{unit.name}: {files}{after}\n\t@mkdir -p stamps && root=$$PWD && {step} && touch $$root/$@\n"

    def command(self, workspace: Workspace, jobs: int) -> Command:
        """See Subject."""
        return Command((self.executable, "-rR", f"-j{jobs}"), str(workspace.state), workspace.env)


def escaped(path: Path) -> str:
    """The path as a prerequisite."""
    return str(path).replace("$", "$$").replace(" ", "\\ ").replace(":", "\\:").replace("#", "\\#")
