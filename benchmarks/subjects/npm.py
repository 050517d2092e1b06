"""What the peers from npm share: where they are installed, and a workspace that is a git repository."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from benchmarks.repository import commit
from benchmarks.subjects.peer import Peer
from benchmarks.subjects.subject import Workspace

IGNORED = ".aws-sam/\n.nx/\n.turbo/\nartifacts/\nnode_modules\n"


class NpmPeer(Peer):
    """A package of `node_modules`; its outputs lie in the project, as it demands.

    A subclass writes its build files and then calls `prepare`.
    """

    package: str

    def __init__(self, node_modules: Path) -> None:
        super().__init__(str(node_modules / ".bin" / self.package))
        self.node_modules = node_modules

    def version(self) -> str | None:
        """See Subject: what the package says, because what the command says depends on where it runs."""
        description = self.node_modules / self.package / "package.json"
        if shutil.which("node") is None or shutil.which(self.executable) is None or not description.exists():
            return None
        return f"{self.package} {json.loads(description.read_text(encoding='utf-8'))['version']}"

    def prepare(self, workspace: Workspace) -> None:
        """See Subject: the package where the tool looks for it, and a commit of everything else."""
        (workspace.project / "node_modules").symlink_to(self.node_modules)
        (workspace.project / ".gitignore").write_text(IGNORED, encoding="utf-8")
        commit(workspace.project, workspace.env, workspace.state / "log")

    def artifacts(self, workspace: Workspace) -> Path:
        """See Subject."""
        return workspace.project / "artifacts"


def write_json(path: Path, value: object) -> None:
    """Writes one document."""
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def read_files(unit_directory: str, code_directory: str, here: str, root: str) -> list[str]:
    """Globs of a unit's inputs; `here` stands for its own folder, and `root` for the repository's."""
    makefile = f"{here}Makefile" if code_directory == unit_directory else f"{root}{code_directory}/Makefile"
    return [f"{here}src/**/*", f"{here}bootstrap.c", makefile]
