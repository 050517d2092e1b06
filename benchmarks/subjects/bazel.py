"""Bazel with a warm server and a disk cache: each unit a target with a directory as its output."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.generate import Unit, is_compiled
from benchmarks.subjects.peer import Peer
from benchmarks.subjects.subject import Workspace, first_line_of, remove
from benchmarks.timing import Command, measure

TIMEOUT_S = 120.0
DEFINITION = """\
def _artifact_impl(ctx):
    out = ctx.actions.declare_directory("artifacts/" + ctx.label.name)
    ctx.actions.run_shell(
        outputs = [out],
        inputs = depset(ctx.files.srcs, transitive = [dep[DefaultInfo].files for dep in ctx.attr.deps]),
        command = 'out="$PWD/$1" && cd "$2" && ARTIFACTS_DIR="$out" make -s "build-$3"',
        arguments = [out.path, ctx.attr.code, ctx.label.name],
        use_default_shell_env = True,
    )
    return [DefaultInfo(files = depset([out]))]

artifact = rule(
    implementation = _artifact_impl,
    attrs = {
        "code": attr.string(),
        "deps": attr.label_list(),
        "srcs": attr.label_list(allow_files = True),
    },
)
"""


class Bazel(Peer):
    """Its outputs are read-only, whatever modes make gave them, and are compared without modes.

    make runs in place (`--spawn_strategy=local`): in the default sandbox it would copy links instead of files.
    """

    name: str = "bazel"
    max_functions: int | None = 1000
    keeps_modes = False

    def version(self) -> str | None:
        """See Subject: the executable of Debian's package does not know its version, the package does."""
        said = super().version()
        packaged = first_line_of(["dpkg-query", "--show", "--showformat=${Version}", "bazel-bootstrap"])
        return f"bazel {packaged} (Debian)" if said == "bazel no_version" and packaged else said

    def supports(self, scenario: str) -> bool:
        """See Subject: its version is told by the launcher, without the server that builds."""
        return scenario != "version"

    def prepare(self, workspace: Workspace) -> None:
        """See Subject: all targets in one package, so that artifacts lie side by side; the server starts."""
        for name, text in (("WORKSPACE", ""), ("artifact.bzl", DEFINITION), ("BUILD", targets(workspace))):
            (workspace.project / name).write_text(text, encoding="utf-8")
        log = workspace.state / "log"
        measure(self._run(workspace, "info", "bazel-bin"), log, TIMEOUT_S)
        # What the launcher says of the server that it starts stands before the answer.
        (workspace.state / "bin").write_text(log.read_text(encoding="utf-8").splitlines()[-1], encoding="utf-8")

    def _run(self, workspace: Workspace, *arguments: str) -> Command:
        root = f"--output_user_root={workspace.state / 'bazel'}"
        return Command((self.executable, "--nohome_rc", root, *arguments), str(workspace.project), workspace.env)

    def command(self, workspace: Workspace, jobs: int) -> Command:
        """See Subject: as many jobs at once as are asked for, whatever the number of cores."""
        options = (
            f"--jobs={jobs}",
            f"--local_cpu_resources={jobs}",
            "--spawn_strategy=local",
            f"--disk_cache={workspace.state / 'cache'}",
            "--experimental_convenience_symlinks=ignore",
        )
        return self._run(workspace, "build", *options, "//:all")

    def artifacts(self, workspace: Workspace) -> Path:
        """See Subject."""
        return Path((workspace.state / "bin").read_text(encoding="utf-8")) / "artifacts"

    def delete_outputs(self, workspace: Workspace) -> None:
        """See Subject: folders are read-only until then."""
        artifacts = self.artifacts(workspace)
        if artifacts.exists():
            subprocess.run(["chmod", "-R", "u+w", str(artifacts)], check=True)
        remove(artifacts)

    def reset(self, workspace: Workspace) -> None:
        """See Subject."""
        measure(self._run(workspace, "clean"), workspace.state / "log", TIMEOUT_S)
        remove(workspace.state / "cache")

    def finish(self, workspace: Workspace) -> None:
        """See Subject: the read-only outputs go too, which nothing else could delete."""
        self.reset(workspace)
        measure(self._run(workspace, "shutdown"), workspace.state / "log", TIMEOUT_S)


def targets(workspace: Workspace) -> str:
    """The BUILD file."""
    return 'load(":artifact.bzl", "artifact")\n' + "".join(_target(workspace, u) for u in workspace.monorepo.units)


def _target(workspace: Workspace, unit: Unit) -> str:
    files = [f"{unit.code_dir}/Makefile"]
    if is_compiled(unit, workspace.monorepo.shape):
        files.append(f"{unit.directory}/bootstrap.c")
    sources = f'{_texts(files)} + glob(["{unit.directory}/src/**"])'
    deps = _texts([f":{unit.layer}"] if unit.layer and workspace.monorepo.shape.depends else [])
    return f'artifact(name = "{unit.name}", code = "{unit.code_dir}", deps = {deps}, srcs = {sources})\n'


def _texts(values: list[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"
