"""Runs built Python functions as Lambda does: code directory first, layers under /opt, the template's environment."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

_RUNNER = """
import contextlib, importlib, json, sys

module, _, function = sys.argv[1].rpartition(".")
with contextlib.redirect_stdout(sys.stderr):
    try:
        answer = {"result": getattr(importlib.import_module(module), function)(json.load(sys.stdin), None)}
    except Exception as error:
        answer = {"error": [type(error).__name__, str(error)]}
json.dump(answer, sys.stdout)
"""


class FunctionError(Exception):
    """A handler raised: the name of its error and what it says."""


def read_template(path: Path) -> dict[str, Any]:
    """A template that a build wrote: plain YAML without short tags."""
    import yaml

    template = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(template, dict)
    return template


def invoke(build_dir: Path, full_path: str, event: object, **environment: str) -> dict[str, Any]:
    """Calls the handler of `[Stack/]LogicalId` in a process of its own and returns its result.

    `environment` adds to the variables of the template, of which only literal ones are set. Raises FunctionError.
    """
    template_path = build_dir / Path(full_path).parent / "template.yaml"
    resources = read_template(template_path)["Resources"]
    function = resources[Path(full_path).name]["Properties"]
    with tempfile.TemporaryDirectory() as opt:
        for layer in function.get("Layers", ()):
            content = template_path.parent / resources[layer["Ref"]]["Properties"]["ContentUri"]
            shutil.copytree(content, opt, dirs_exist_ok=True)
        code = template_path.parent / function.get("CodeUri", "")
        variables = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(code), f"{opt}/python"]),
            **_literals(function, opt),
            **environment,
        }
        return _call(function["Handler"], event, variables)


def _literals(function: dict[str, Any], opt: str) -> dict[str, str]:
    variables = function.get("Environment", {}).get("Variables", {})
    return {name: value.replace("/opt/", f"{opt}/") for name, value in variables.items() if isinstance(value, str)}


def _call(handler: str, event: object, variables: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-B", "-c", _RUNNER, handler],
        input=json.dumps(event),
        env=variables,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise FunctionError(*answer["error"])
    assert isinstance(answer["result"], dict)
    return answer["result"]
