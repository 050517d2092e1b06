"""Writing the output templates, and `build.toml`, after a build: only what differs, each by rename."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from typing import NamedTuple

from engine.build.template import Planned, Templates
from engine.plan.trace import Trace

UNFINISHED = ".new"
"""What the name of a file that is being written ends in."""


class Left(NamedTuple):
    """The output templates of a build."""

    paths: tuple[str, ...]
    """Absolute."""
    written: bool
    """Whether this build wrote them."""


def write_templates(templates: Templates, planned: Planned, artifacts: Mapping[str, str], trace: Trace) -> Left:
    """Leave the output templates of a build; `artifacts` are the absolute artifact directories by full path.

    Nothing is rendered when the trace says that the same plan with the same artifacts left what lies there; templates
    that were edited meanwhile are rendered again by the next build.
    """
    stated = repr((planned.sources, sorted(artifacts.items()))).encode(errors="surrogateescape")
    identity = hashlib.sha256(stated).hexdigest()
    known = trace.outputs.get(planned.request) if planned.sources else None
    if known is not None and known[0] == identity and all(_digest(path) == digest for path, digest in known[1]):
        return Left(tuple(path for path, _ in known[1]), False)
    rendered = templates.application().render(artifacts)
    for path, content in rendered.items():
        _replace(path, content)
    current = identity if templates.still_as_planned() else ""
    digests = tuple((path, hashlib.sha256(content).hexdigest()) for path, content in rendered.items())
    trace.outputs[planned.request] = (current, digests)
    trace.changed = True
    return Left(tuple(rendered), True)


def write_build_toml(templates: Templates, build_dir: str) -> None:
    """Leave the `build.toml` that sam keeps beside the build directory."""
    path = os.path.join(os.path.dirname(build_dir), "build.toml")
    content = templates.application().build_toml()
    if _digest(path) != hashlib.sha256(content).hexdigest():
        _replace(path, content)


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return ""


def _replace(path: str, content: bytes) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + UNFINISHED, "wb") as file:
        file.write(content)
    os.replace(path + UNFINISHED, path)
