"""A project on disk and the actions of its one target, made as a build makes them: with the real make."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cache import snapshot
from cache.snapshot import Snapshot
from engine.make.flags import heeded_environment
from engine.make.includes import makefiles_read
from engine.make.invocation import make_environment
from engine.plan.action import Action, Actions, Circumstances, checkout_root
from engine.plan.makefiles import Makefiles
from engine.plan.scan import Scanner
from engine.plan.trace import Trace
from engine.run.executor import working_directory
from engine.run.process import Processes
from engine.run.scratch import copy_tree
from engine.sam.target import BuildProperties, Target

PLAIN = {"PATH": os.environ["PATH"], "HOME": "/nowhere"}

FILES = {
    ".git/HEAD": "ref: refs/heads/main\n",
    "src/Makefile": (
        "HERE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))\n"
        "include inner.mk\n"
        "include $(HERE)../outer.mk\n"
        "-include $(HERE)../optional.mk\n"
        "include $(wildcard $(HERE)../parts/*.mk)\n"
        "# SPOKEN_OF is a variable that nothing reads\n"
        "build-Fn:\n"
        "\tcp app.py $(ARTIFACTS_DIR)/$(NAMED)\n"
    ),
    "src/inner.mk": "INNER = $(IN_INNER)\n",
    "src/app.py": "print('hello')\n",
    "src/run.sh": "#!/bin/sh\n",
    "src/lib/data.txt": "1\n",
    "outer.mk": "OUTER = $(IN_OUTER) $($(STAGE)_URL)\n",
    "parts/one.mk": "ONE = 1\n",
    "shared/a.py": "A = 1\n",
    "shared/deep/b.py": "B = 1\n",
    "shared/notes.txt": "nothing\n",
    "unrelated/c.py": "C = 1\n",
}


def make_target(code_dir: str, **changes: Any) -> Target:
    """A function `Fn` whose code and Makefile lie in `code_dir`."""
    target = Target(
        full_path="Fn",
        logical_id="Fn",
        resource_id="Fn",
        kind="function",
        resource_type="AWS::Serverless::Function",
        make_target="build-Fn",
        code_dir=code_dir,
        makefile=os.path.join(code_dir, "Makefile"),
        working_dir=None,
        properties=BuildProperties(),
        layers=(),
        share_key=None,
        runtime="provided.al2023",
        architecture="x86_64",
        package_type="Zip",
        compatible_runtimes=(),
        function_name=None,
        template=os.path.join(os.path.dirname(code_dir), "template.yaml"),
        stack_path="",
    )
    return target._replace(**changes)


class World:
    """A project below `root`; what `environ`, `platform` and the like say can be set."""

    def __init__(self, root: Path, files: Mapping[str, str] = FILES) -> None:
        self.root = root
        for name, text in files.items():
            self.write(name, text)
        self.trace = Trace()
        self.environ = dict(PLAIN)
        self.platform = "Linux-x86_64"
        self.make_version = "GNU Make 4.3"
        self.in_source = False
        self.tool_output: Callable[[str], str] = lambda command: f"output of {command}"
        self.dependencies: dict[str, str] = {}
        self.own: tuple[str, ...] = ()
        self.asked = 0
        self.target = make_target(str(root / "src"))

    def write(self, name: str, text: str) -> Path:
        """Write a file, folders on the way included."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def declare(self, **properties: Any) -> None:
        """Set `BuildProperties` of the target."""
        declared = self.target.properties._replace(inputs_base=str(self.root), **properties)
        self.target = self.target._replace(properties=declared)

    def copy_to(self, root: Path) -> World:
        """The same project in another place, with a memory of its own."""
        shutil.copytree(self.root, root, symlinks=True)

        def moved(path: str) -> str:
            return path.replace(str(self.root), str(root))

        other = World(root, {})
        other.target = self.target._replace(
            code_dir=moved(self.target.code_dir),
            makefile=moved(self.target.makefile),
            working_dir=self.target.working_dir and moved(self.target.working_dir),
            properties=self.target.properties._replace(inputs_base=str(root)),
        )
        other.environ = dict(self.environ)
        return other

    def scanner(self, trace: Trace | None = None) -> Scanner:
        """A scanner as a new build has it."""
        clock_ns = snapshot.filesystem_clock_ns(str(self.root))
        return Scanner(self.trace if trace is None else trace, clock_ns, self.own)

    def action(self, trace: Trace | None = None) -> Action:
        """The action of the target, as a new build makes it that remembers `trace`."""
        trace = self.trace if trace is None else trace
        scanner = self.scanner(trace)
        circumstances = Circumstances(
            project_dir=str(self.root),
            checkout=checkout_root(str(self.root)),
            platform=self.platform,
            make_version=self.make_version,
            environ=heeded_environment(self.environ),
            build_in_source=self.in_source,
        )
        makefiles = Makefiles(trace, scanner, circumstances.environ, self.ask)
        return Actions(circumstances, scanner, makefiles, lambda command: self.tool_output(command)).action_of(
            self.target, self.dependencies
        )

    def key(self) -> str:
        """The key, which must not depend on what is remembered."""
        remembering, forgetful = self.action(), self.action(Trace())
        assert remembering.manifest == forgetful.manifest
        return remembering.key

    def ask(self, target: Target, tree: Snapshot | None, own: bool) -> tuple[str, ...]:
        """Ask make in a copy of the code directory, as a build does."""
        self.asked += 1
        with tempfile.TemporaryDirectory() as private:
            if tree is not None:
                copy_tree(target.code_dir, private, tree)
            return makefiles_read(
                target.makefile,
                target.make_target,
                cwd=working_directory(target, private),
                private=private,
                environ=make_environment(
                    heeded_environment(self.environ), f"/nowhere/{target.full_path if own else 'Unknown'}"
                ),
                run=Processes().run,
            )
