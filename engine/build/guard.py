"""Refuses build directories whose cleaning would remove what is not the build's."""

from __future__ import annotations

import os
from collections.abc import Iterable

from engine.build.options import BuildOptions
from engine.errors import InputError
from engine.sam.target import Target


def refuse_dangerous_build_dir(options: BuildOptions) -> None:
    """Raise InputError where the build directory is or contains the working directory or sources, as sam does."""
    build_dir = os.path.realpath(options.build_dir)
    kept = {
        "current working directory": options.cwd,
        "directory of the template": os.path.dirname(options.template),
        "base directory": options.base_dir or os.path.dirname(options.template),
    }
    for name, path in kept.items():
        if _holds(build_dir, os.path.realpath(path)):
            raise InputError(
                f"Failing build: build-dir '{options.build_dir}' is or contains the {name}, which would be cleaned",
                rows=((name, path),),
                hint="choose another --build-dir, such as the default .aws-sam/build",
                sam_type="InvalidBuildDirException",
            )
    if os.path.islink(options.build_dir):
        raise InputError(
            f"The build directory {options.build_dir} is a symbolic link",
            rows=(("points to", os.readlink(options.build_dir)),),
            hint="name the directory itself with --build-dir, or remove the link",
        )
    if os.path.lexists(options.build_dir) and not os.path.isdir(options.build_dir):
        raise InputError(
            f"The build directory {options.build_dir} is not a directory", hint="remove it, or choose another"
        )


def refuse_sources_in_build_dir(options: BuildOptions, targets: Iterable[Target]) -> None:
    """Raise InputError where a target's sources or Makefile lie in the build directory."""
    build_dir = os.path.realpath(options.build_dir)
    for target in targets:
        for path in (target.code_dir, os.path.dirname(target.makefile)):
            if _holds(build_dir, os.path.realpath(path)):
                raise InputError(
                    f"Failing build: build-dir '{options.build_dir}' is or contains the sources of {target.full_path}",
                    rows=(("sources", path), ("template", target.template)),
                    hint="choose another --build-dir, such as the default .aws-sam/build",
                )


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
