"""What the paths of a template are relative to, and what they come to once symlinks are followed."""

from __future__ import annotations

import os

from engine.sam.stack import Stack


class CodePaths:
    """The path rules of one build.

    Without `--base-dir` code paths count from the template that declares them, metadata paths from the root
    template; with it both count from that directory, in nested stacks too.
    """

    __slots__ = ("_base", "_override", "_raw", "links")

    def __init__(self, root: str, base_dir: str | None, manifest: str | None) -> None:
        self.links: dict[str, str] = {}
        """Absolute paths that symlinks lead elsewhere, and where to: what was kept is stale if this changes."""
        self._raw = base_dir is not None
        self._base = base_dir if base_dir is not None else os.path.dirname(os.path.realpath(root))
        self._override = manifest

    def code(self, stack: Stack, uri: str) -> str:
        """Absolute directory that a CodeUri or ContentUri names; it may not exist."""
        if self._raw:
            return self.metadata(uri)
        return self._real(os.path.normpath(os.path.join(stack.directory, uri)))

    def metadata(self, path: str) -> str:
        """Absolute directory that ContextPath, WorkingDirectory or ProjectRootDirectory names."""
        return self._real(os.path.join(self._base, path))

    def makefile(self, directory: str) -> str:
        """Absolute path of the Makefile for a context directory: `--manifest` where it was given."""
        return self._override or os.path.join(directory, "Makefile")

    def definition(self, stack: Stack, uri: str) -> str:
        """The code path as sam records it in build definitions: symlinks not followed, raw with `--base-dir`."""
        return uri if self._raw else os.path.normpath(os.path.join(stack.directory, uri))

    def _real(self, path: str) -> str:
        real = os.path.realpath(path)
        if real != os.path.normpath(path):
            self.links[path] = real
        return real
