"""A project on disk for tests of whole builds: files stated as text, builds counted by what make really ran."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from engine.build import run_build
from engine.build.options import BuildOptions
from engine.build.outcome import BuildOutcome
from engine.run.events import Event, State, Warned

MAKEFILE = """\
build-%:
\tcp app.py $(ARTIFACTS_DIR)/
"""


def function(code_uri: str = "src", metadata: str = "", properties: str = "") -> str:
    """The template's lines of a function that make builds; `metadata` and `properties` are further YAML lines."""
    lines = ["Type: AWS::Serverless::Function", "Metadata:", "  BuildMethod: makefile"]
    lines += [f"  {line}" for line in dedent(metadata).strip().splitlines()]
    lines += ["Properties:", f"  CodeUri: {code_uri}", "  Handler: app.handler", "  Runtime: python3.12"]
    lines += [f"  {line}" for line in dedent(properties).strip().splitlines()]
    return "\n".join(lines)


def template(**resources: str) -> str:
    """A template of resources, each given as YAML lines."""
    lines = ["Transform: AWS::Serverless-2016-10-31", "Resources:"]
    for name, body in resources.items():
        lines += [f"  {name}:", *(f"    {line}" for line in body.splitlines())]
    return "\n".join(lines) + "\n"


class Project:
    """A checkout with a template, its store beside it."""

    def __init__(self, root: Path, store: Path | None = None) -> None:
        self.root = root
        self.store = store or root.parent / "store"
        self.events: list[Event] = []
        root.mkdir(parents=True, exist_ok=True)

    @property
    def build_dir(self) -> Path:
        return self.root / ".aws-sam" / "build"

    @property
    def state_dir(self) -> Path:
        return self.root / ".aws-sam" / "engine"

    def write(self, files: Mapping[str, str]) -> None:
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)

    def artifact(self, name: str) -> Path:
        return self.build_dir / name

    def tree(self, name: str) -> dict[str, bytes | str | None]:
        """Bytes by path; a link's text as str, a directory as None."""
        found: dict[str, bytes | str | None] = {}
        root = self.artifact(name)
        for path in sorted(root.rglob("*")):
            relative = str(path.relative_to(root))
            if path.is_symlink():
                found[relative] = os.readlink(path)
            else:
                found[relative] = None if path.is_dir() else path.read_bytes()
        return found

    def outcome(self, environ: Mapping[str, str] | None = None, **options: Any) -> BuildOutcome:
        """One build, with default options but those given."""
        self.events = []
        return run_build(self.options(**options), self.events.append, {**os.environ, **(environ or {})})

    def options(self, **options: Any) -> BuildOptions:
        """The default options of tests but those given."""
        return BuildOptions(
            template=str(self.root / "template.yaml"),
            cwd=str(self.root),
            build_dir=str(self.build_dir),
            cache_dir=str(self.store),
            jobs=2,
        )._replace(**options)

    def build(self, environ: Mapping[str, str] | None = None, **options: Any) -> dict[str, str]:
        """The state of each target after one build: `{"Fn": "built"}`."""
        outcome = self.outcome(environ, **options)
        return {result.target: str(result.state) for result in outcome.results}

    def because(self, name: str, **options: Any) -> tuple[str, ...]:
        """Why a target did not stay as it was in one build."""
        outcome = self.outcome(**options)
        return next(result.because for result in outcome.results if result.target == name)

    @property
    def warnings(self) -> list[str]:
        return [event.message for event in self.events if isinstance(event, Warned)]


BUILT, RESTORED, UP_TO_DATE = str(State.BUILT), str(State.RESTORED), str(State.UP_TO_DATE)
FAILED, SKIPPED = str(State.FAILED), str(State.SKIPPED)
