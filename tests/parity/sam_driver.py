"""Runs the real `sam` many times from one warm interpreter: one fork for each run. Executed by sam's own Python.

Usage: `python sam_driver.py JOBS`, where JOBS is a json file: `[{"argv", "cwd", "env", "stdout", "stderr"}, …]`, the
last two being files to write. Prints the exit codes as a json list. Importing samcli takes most of the time of a
small build, so forking after the import makes a run several times faster; the code that runs is sam's own.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

WARM = ("samcli.cli.main", "samcli.commands.build.command", "samcli.commands.build.build_context")


def main() -> None:
    """Run every job, one after the other."""
    jobs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    os.umask(0o022)
    for module in WARM:
        importlib.import_module(module)
    print(json.dumps([_run(job) for job in jobs]))


def _run(job: dict[str, Any]) -> int:
    pid = os.fork()
    if pid == 0:
        _become_sam(job)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _become_sam(job: dict[str, Any]) -> None:
    for number, name in ((1, job["stdout"]), (2, job["stderr"])):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(job["cwd"])
    os.environ.clear()
    os.environ.update(job["env"])
    sys.argv = ["sam", *job["argv"]]
    code = _exit_code()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _exit_code() -> int:
    """What the process would end with: the code of SystemExit, 1 for an error that nobody caught."""
    try:
        importlib.import_module("samcli.cli.main").cli()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main()
