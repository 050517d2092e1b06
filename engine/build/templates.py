"""Writing the output templates, and `build.toml`, after a build: only what differs, each by rename."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
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
    build_toml: bytes | None
    """The `build.toml` that belongs to them; None where all of them lay there already."""


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
    again = _left_again(known[1], known[2:], keep_in) if known is not None and known[0] == identity else None
    if again is not None:
        return again
    application = templates.application()
    rendered, build_toml = application.render(artifacts), application.build_toml()
    for path, content in rendered.items():
        _replace(path, content)
    current = identity if templates.still_as_planned() else ""
    digests = tuple((path, hashlib.sha256(content).hexdigest()) for path, content in rendered.items())
    trace.outputs[planned.request] = (current, digests, hashlib.sha256(build_toml).hexdigest())
    trace.changed = True
    _keep((*rendered.values(), build_toml), set(_digests(trace)), keep_in)
    return Left(tuple(rendered), build_toml)


def _digests(trace: Trace) -> Iterator[str]:
    """Of all that the requests that are remembered leave."""
    for known in trace.outputs.values():
        yield from (digest for _, digest in known[1])
        yield from known[2:]


def _left_again(digests: tuple[tuple[str, str], ...], build_toml: tuple[str, ...], keep_in: str) -> Left | None:
    """Leave what an earlier build rendered; None, and nothing written, where some of it is neither there nor kept.

    `build_toml` is the digest of the one that belongs to it; a trace of an older version has none.
    """
    paths = tuple(path for path, _ in digests)
    lost = [(path, digest) for path, digest in digests if _digest(path) != digest]
    if not lost:
        return Left(paths, None)
    kept = [_kept(digest, keep_in) for digest in (*(digest for _, digest in lost), *build_toml)]
    contents = [content for content in kept if content is not None]
    if len(contents) <= len(lost):
        return None
    for (path, _), content in zip(lost, contents, strict=False):
        _replace(path, content)
    return Left(paths, contents[-1])


def _kept(digest: str, keep_in: str) -> bytes | None:
    content = _content(os.path.join(keep_in, digest))
    return content if content is not None and hashlib.sha256(content).hexdigest() == digest else None


def _keep(contents: Iterable[bytes], wanted: set[str], keep_in: str) -> None:
    for content in contents:
        digest = hashlib.sha256(content).hexdigest()
        if _kept(digest, keep_in) is None:
            _replace(os.path.join(keep_in, digest), content)
    for name in os.listdir(keep_in):
        if name not in wanted:
            remove_tree(os.path.join(keep_in, name))


def write_build_toml(content: bytes, build_dir: str) -> None:
    """Leave a `build.toml` beside the build directory; one that sam wrote stays, since its cache needs it."""
    from engine.sam.build_toml import build_toml_path, is_ours

    path = build_toml_path(build_dir)
    known = _content(path)
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
