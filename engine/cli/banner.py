"""The end of a build on standard output in the words of `sam build`, which scripts look for."""

from __future__ import annotations

import os

from engine.report.escape import printable
from engine.report.style import Ink

_DEFAULT_BUILD_DIR = os.path.join(".aws-sam", "build")


def success_banner(build_dir: str, template_file: str, cwd: str, ink: Ink) -> str:
    """Return what sam prints after a build: where things are and what can be done next. Paths are absolute."""
    artifacts, template = os.path.relpath(build_dir, cwd), os.path.relpath(template_file, cwd)
    elsewhere = build_dir != os.path.join(cwd, _DEFAULT_BUILD_DIR)
    commands = (
        "Validate SAM template: sam validate",
        "Invoke Function: sam local invoke" + (f" -t {template}" if elsewhere else ""),
        "Test Function in the Cloud: sam sync --stack-name {{stack-name}} --watch",
        "Deploy: sam deploy --guided" + (f" --template-file {template}" if elsewhere else ""),
    )
    lines = [
        "",
        f"Built Artifacts  : {artifacts}",
        f"Built Template   : {template}",
        "",
        "Commands you can use next",
        "=========================",
        *(f"[*] {command}" for command in commands),
    ]
    body = "\n".join(printable(line) for line in lines)
    return f"\n{ink.paint('Build Succeeded', 'success')}\n{ink.paint(body, 'caution')}\n"


def failure_banner(ink: Ink) -> str:
    """Return what sam prints after a build that failed."""
    return f"\n{ink.paint('Build Failed', 'failure')}\n"
