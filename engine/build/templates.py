"""Writing the output templates, and `build.toml`, after a build: only what differs, each by rename."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from engine.build.template import Planned, Templates
from engine.plan.trace import Trace
from engine.run.removal import remove_tree
from engine.sam.regular_file import read_regular

_LARGEST_BYTES = 1 << 30
"""More than any output template has."""
UNFINISHED = ".new"
"""What the name of a file that is being written ends in."""


class Left(NamedTuple):
    """The output templates of a build."""

    paths: tuple[str, ...]
    """Absolute."""
    rendered: bool
    """Whether this build rendered them."""


def write_templates(
    templates: Templates, planned: Planned, artifacts: Mapping[str, str], trace: Trace, keep_in: str
) -> Left:
    """Leave the output templates of a build; `artifacts` are the absolute artifact directories by full path.

    Nothing is rendered when the trace says what the same plan with the same artifacts leaves, and that lies there or
    is kept, by its digest, in the folder `keep_in`; templates that were edited meanwhile are rendered again by the
    next build.
    """
    stated = repr((planned.sources, sorted(artifacts.items()))).encode(errors="surrogateescape")
    identity = hashlib.sha256(stated).hexdigest()
    known = trace.outputs.get(planned.request) if planned.sources else None
    if (
        known is not None
        and known[0] == identity
        and all(_in_place(path, digest, keep_in) for path, digest in known[1])
    ):
        return Left(tuple(path for path, _ in known[1]), False)
    rendered = templates.application().render(artifacts)
    for path, content in rendered.items():
        _replace(path, content)
    current = identity if templates.still_as_planned() else ""
    digests = tuple((path, hashlib.sha256(content).hexdigest()) for path, content in rendered.items())
    trace.outputs[planned.request] = (current, digests)
    trace.changed = True
    _keep(rendered.values(), {digest for known in trace.outputs.values() for _, digest in known[1]}, keep_in)
    return Left(tuple(rendered), True)


def _in_place(path: str, digest: str, keep_in: str) -> bool:
    """Whether a template lies where it belongs, now."""
    if _digest(path) == digest:
        return True
    kept = _content(os.path.join(keep_in, digest))
    if kept is None or hashlib.sha256(kept).hexdigest() != digest:
        return False
    _replace(path, kept)
    return True


def _keep(contents: Iterable[bytes], wanted: set[str], keep_in: str) -> None:
    for content in contents:
        path = os.path.join(keep_in, hashlib.sha256(content).hexdigest())
        if not os.path.exists(path):
            _replace(path, content)
    for name in os.listdir(keep_in):
        if name not in wanted:
            remove_tree(os.path.join(keep_in, name))


def write_build_toml(templates: Templates, build_dir: str) -> None:
    """Leave a `build.toml` beside the build directory; one that sam wrote stays, since its cache needs it."""
    from engine.sam.build_toml import build_toml_path, is_ours

    path = build_toml_path(build_dir)
    known = _content(path)
    content = templates.application().build_toml()
    if known != content and (known is None or is_ours(known.decode(errors="replace"))):
        _replace(path, content)


def _content(path: str) -> bytes | None:
    try:
        return read_regular(path, _LARGEST_BYTES)
    except OSError:
        return None


def _digest(path: str) -> str:
    content = _content(path)
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _replace(path: str, content: bytes) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    remove_tree(path + UNFINISHED)  # a link there would be written through
    if os.path.isdir(path) and not os.path.islink(path):
        remove_tree(path)
    with open(path + UNFINISHED, "xb") as file:
        file.write(content)
    os.replace(path + UNFINISHED, path)
