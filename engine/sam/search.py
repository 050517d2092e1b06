"""Where the root template is, when the command line does not say."""

from __future__ import annotations

import os

NAMES = ("template.yaml", "template.yml", "template.json")
"""Tried in this order in the working directory."""


def find_template(cwd: str, given: str | None = None) -> str:
    """Absolute path of the template: `given`, else the first of `NAMES` in `cwd`.

    Where none exists, `template.yml` is what sam reports as missing. Whether a given path exists is for the reader.
    """
    if given is not None:
        return os.path.abspath(os.path.join(cwd, given))
    for name in NAMES:
        path = os.path.join(cwd, name)
        if os.path.exists(path):
            return path
    return os.path.join(cwd, "template.yml")
