"""Applications written to a folder, and read as a build reads them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import yaml

from engine.sam.application import Application, TemplateRequest, load_application
from engine.sam.reading import Reading, read
from engine.sam.target import Target

FUNCTION = """\
  {name}:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: {code}, Handler: a.b, Runtime: provided.al2, {more}}}
    Metadata: {{BuildMethod: makefile, {metadata}}}
"""


def function(name: str = "Fn", code: str = "src", metadata: str = "", more: str = "") -> str:
    """A function of a template, to stand under `Resources:`."""
    return FUNCTION.format(name=name, code=code, metadata=metadata, more=more)


def resources(*texts: str) -> str:
    """A template of resources."""
    return "Resources:\n" + "".join(texts)


def write(root: Path, files: Mapping[str, str]) -> None:
    """Writes files by relative path; their text may be indented."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")


def request(root: Path, **changes: Any) -> TemplateRequest:
    """A request for the template of a folder, with the defaults of the command line."""
    plain = TemplateRequest(
        template=str(root / "template.yaml"),
        base_dir=None,
        build_dir=str(root / ".aws-sam/build"),
        manifest=None,
        parameter_overrides=(),
        region=None,
        language_extensions=False,
        cwd=str(root),
    )
    return plain._replace(**changes)


def load(root: Path, files: str | Mapping[str, str], **changes: Any) -> Application:
    """Writes a template (or several files) and reads the application."""
    write(root, {"template.yaml": files} if isinstance(files, str) else files)
    return load_application(request(root, **changes))


def reading(root: Path, files: str | Mapping[str, str], **changes: Any) -> Reading:
    """Writes a template (or several files) and reads it."""
    write(root, {"template.yaml": files} if isinstance(files, str) else files)
    return read(request(root, **changes))


def target(application: Application, full_path: str = "Fn") -> Target:
    """The target of that full path."""
    return {row.full_path: row for row in application.targets}[full_path]


def rendered(application: Application, *built: str) -> dict[str, Any]:
    """The output templates as data, by path below the build directory, after `built` left their artifacts."""
    build = Path(application.request.build_dir)
    output = application.render({name: str(build / name) for name in built})
    return {str(Path(path).relative_to(build)): yaml.safe_load(data) for path, data in output.items()}
