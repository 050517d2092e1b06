"""The least that a cold build can be: copy the sources, run make, through `xargs -P`, layers before functions."""

from __future__ import annotations

import shutil

from benchmarks.generate import Unit
from benchmarks.subjects.peer import Peer
from benchmarks.subjects.subject import Workspace
from benchmarks.timing import Command

BUILD_ONE = """\
set -e
scratch=$(mktemp -d)
export ARTIFACTS_DIR="$3/$1"
mkdir -p "$ARTIFACTS_DIR"
cp -R "$2/." "$scratch"
cd "$scratch"
make -s --makefile "$2/Makefile" "build-$1"
rm -rf "$scratch"
"""


class Xargs(Peer):
    """No cache and no memory: only cold builds mean something."""

    name: str = "xargs -P"

    def __init__(self) -> None:
        super().__init__("xargs")

    def version(self) -> str | None:
        """See Subject: that of the BSDs does not know its version."""
        return (super().version() or "xargs") if shutil.which("xargs") else None

    def supports(self, scenario: str) -> bool:
        """See Subject."""
        return scenario.startswith("cold")

    def prepare(self, workspace: Workspace) -> None:
        """See Subject: the script for one unit, and the arguments of each phase."""
        (workspace.state / "build-one").write_text(BUILD_ONE, encoding="utf-8")
        for kind in ("layer", "function"):
            lines = [self._arguments(workspace, unit) for unit in workspace.monorepo.units if unit.kind == kind]
            (workspace.state / kind).write_text("".join(lines), encoding="utf-8")

    def _arguments(self, workspace: Workspace, unit: Unit) -> str:
        return f'"{unit.name}" "{workspace.project / unit.code_dir}" "{self.artifacts(workspace)}"\n'

    def command(self, workspace: Workspace, jobs: int) -> Command:
        """See Subject."""
        # GNU xargs runs its command once where its input is empty, so a phase without units is left out.
        phase = f"[ ! -s $kind ] || xargs -P {jobs} -n 3 sh build-one < $kind || exit"
        script = f"for kind in layer function; do {phase}; done"
        return Command(("sh", "-c", script), str(workspace.state), workspace.env)
