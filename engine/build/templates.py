"""Writing the output templates, and `build.toml`, after a build: only what differs, each by rename."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping

from engine.build.template import Planned, Templates
from engine.plan.trace import Trace


def write_templates(templates: Templates, planned: Planned, artifacts: Mapping[str, str], trace: Trace) -> bool:
    """Leave the output templates of a build; `artifacts` are the absolute artifact directories by full path.

    Returns whether anything was written.
    Nothing is rendered when the trace says that the same request with the same artifacts left what lies there.
    """
    identity = hashlib.sha256(repr(sorted(artifacts.items())).encode(errors="surrogateescape")).hexdigest()
    known = trace.outputs.get(planned.request)
    if known is not None and known[0] == identity and all(_digest(path) == digest for path, digest in known[1]):
        return False
    rendered = templates.application().render(artifacts)
    for path, content in rendered.items():
        _replace(path, content)
    digests = tuple((path, hashlib.sha256(content).hexdigest()) for path, content in rendered.items())
    trace.outputs[planned.request] = (identity, digests)
    trace.changed = True
    return True


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
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "wb") as file:
        file.write(content)
    os.replace(temporary, path)
