"""From what strace wrote of a run to what the run depended on and its key does not name."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from engine.audit.account import Account
from engine.audit.connections import connection_findings
from engine.audit.coverage import Coverage, is_within
from engine.audit.findings import Findings, VariableFinding
from engine.audit.lines import calls
from engine.audit.processes import Processes
from engine.audit.programs import Ask, Programs
from engine.audit.repository import repository_findings
from engine.audit.scripts import scripts, text_of, variables_read
from engine.audit.surroundings import Surroundings
from engine.audit.tracer import Run
from engine.audit.undeclared import Judge, Scene
from engine.make.environment import NEVER, TOOLCHAIN, matching
from engine.make.naming import named_variables
from engine.plan.action import Action
from engine.plan.scan import Scanner

_GLOBS = re.compile(rb"\$[({]\s*wildcard\b|^(?![\t#])[^=\n]*:[^=\n]*[*?\[]", re.MULTILINE)


class Project(NamedTuple):
    """What holds for every target of an audit. Paths are absolute."""

    checkout: str
    project_dir: str
    """Directory of the root template, in which the lines of `Tools` run."""
    build_dir: str
    own: tuple[str, ...]
    """Folders of the engine itself, with that of the scratch copies and the build directory."""
    artifacts: Mapping[str, str]
    """The artifact directory of every target of the application, by full path."""
    environ: Mapping[str, str]
    """What make is given, but for ARTIFACTS_DIR."""
    surroundings: Surroundings
    scanner_now: Callable[[], Scanner]
    ask: Ask


class Inquiry:
    """The inquiry into one run."""

    def __init__(self, action: Action, run: Run, dependencies: tuple[str, ...], project: Project) -> None:
        """Read what strace wrote; `dependencies` are full paths. Raises OSError."""
        self._action = action
        self._place = run.place
        self._project = project
        in_source = run.place.root == action.target.code_dir
        private = (run.place.artifacts_dir, *(() if in_source else (run.place.root,)))
        self._private = tuple({*private, *map(os.path.realpath, private)})
        self._coverage = Coverage(
            action, self._private, tuple(project.artifacts[name] for name in dependencies), project.scanner_now()
        )
        processes = Processes(run.place.cwd, run.program)
        with open(run.trace, "rb") as file:
            self._account = Account(processes.events(calls(file)), project.surroundings.is_system)
        self.whole = processes.whole
        """Whether what strace wrote is all of the run."""
        self._installations = project.surroundings.installations(
            ran.path for ran in self._account.ran if not self._is_private(ran.path)
        )
        self._scripts = scripts(self._account.touched, self._account.ran, self._source_of)

    def findings(self) -> Findings:
        """Everything that is not in the key, and what is to be told besides."""
        project, account, properties = self._project, self._account, self._action.target.properties
        undeclared = Judge(self._scene(), self._coverage, project.surroundings, self._installations).undeclared(
            account.touched
        )
        programs = Programs(properties.tools, project.environ, project.project_dir, project.ask)
        return Findings(
            files=undeclared.files,
            artifacts=undeclared.artifacts,
            variables=self._variables(),
            programs=programs.findings(account.ran, self._source_of, self._is_source),
            repositories=repository_findings(
                undeclared.repositories, account.ran, properties.tools, project.project_dir, project.ask
            ),
            connections=connection_findings(account.connected, self._private),
        )

    def _scene(self) -> Scene:
        project = self._project
        makefiles = frozenset(path for path, language in self._scripts.items() if language == "make")
        return Scene(
            target=self._action.target.full_path,
            checkout=project.checkout,
            build_dir=project.build_dir,
            private=self._private,
            own=project.own,
            artifacts=project.artifacts,
            search=tuple(project.environ.get("PATH", os.defpath).split(os.pathsep)),
            makefiles=makefiles,
            globs=any(_GLOBS.search(text_of(path)) for path in makefiles),
        )

    def _source_of(self, path: str) -> str:
        """Where a path in the scratch copy comes from; every other path is itself."""
        root = self._place.root
        return self._action.target.code_dir + path[len(root) :] if is_within(path, root) else path

    def _is_private(self, path: str) -> bool:
        """Whether a path lies where only this run writes."""
        return any(is_within(path, folder) for folder in self._private)

    def _is_source(self, path: str) -> bool:
        if self._is_private(path):
            return True
        in_checkout = is_within(path, self._project.checkout)
        return in_checkout and not any(is_within(path, folder) for folder in self._installations)

    def _variables(self) -> tuple[VariableFinding, ...]:
        found: dict[str, list[str]] = {}
        for path, language in sorted(self._scripts.items()):
            if self._is_anybodys(path):
                continue
            for name in variables_read(text_of(path), language, self._project.environ):
                found.setdefault(name, []).append(path)
        unset = dict.fromkeys(found, "")
        known = NEVER | matching(self._action.target.properties.environment, unset) | matching(TOOLCHAIN, unset)
        known |= {row.name for row in self._action.manifest if row.kind == "variable"}
        known |= named_variables(self._texts_of_known_makefiles(), unset)
        return tuple(VariableFinding(name, tuple(paths)) for name, paths in sorted(found.items()) if name not in known)

    def _is_anybodys(self, path: str) -> bool:
        surroundings = self._project.surroundings
        if is_within(path, self._project.checkout):
            return surroundings.is_kept_beside_sources(path, self._installations)
        return surroundings.is_around(path, self._installations)

    def _texts_of_known_makefiles(self) -> list[bytes]:
        """Those whose variables count even while they are not set: they are in the key as soon as they are."""
        known = {path for path, _ in self._action.makefiles}
        return [text_of(path) for path in known]
