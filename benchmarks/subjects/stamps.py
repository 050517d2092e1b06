"""What ninja and make share: mtimes decide, a stamp file stands for each artifact, and nothing is cached."""

from __future__ import annotations

from benchmarks.generate import Unit
from benchmarks.subjects.peer import Peer
from benchmarks.subjects.subject import Workspace, remove


class Stamps(Peer):
    """A unit is a stamp file that every source file of the unit precedes."""

    def delete_outputs(self, workspace: Workspace) -> None:
        """See Subject: the stamps stand for the outputs."""
        remove(self.artifacts(workspace), workspace.state / "stamps")


def layer_after(workspace: Workspace, unit: Unit) -> tuple[str | None, bool]:
    """The stamp of the unit's layer, and whether the unit reads the layer or only follows it."""
    return (f"stamps/{unit.layer}" if unit.layer else None), workspace.monorepo.shape.depends
