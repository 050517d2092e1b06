"""The make command that builds a target, as `sam build` gives it."""

from __future__ import annotations

import os

from engine.errors import EnvironmentFault

UMASK = 0o022
"""Every make runs with this umask, so that modes in artifacts do not depend on who builds."""


def find_make(environ: dict[str, str]) -> str:
    """Absolute path of make on PATH.

    Raises:
        EnvironmentFault: with sam's words, when there is none.
    """
    found = _on_path("make", environ.get("PATH", os.defpath))
    if found is None:
        raise EnvironmentFault(
            "CustomMakeBuilder:Resolver - Path resolution for runtime: provided of binary: make was not successful",
            rows=(("PATH", environ.get("PATH", "")),),
            hint="install GNU make (Debian: apt install make; macOS: xcode-select --install)",
            sam_type="WorkflowFailedError",
        )
    return os.path.abspath(found)


def _on_path(program: str, path: str) -> str | None:
    """Where a shell would find `program`; shutil.which does the same after an import that costs more than a build."""
    for folder in path.split(os.pathsep):
        found = os.path.join(folder or os.curdir, program)
        if os.path.isfile(found) and os.access(found, os.X_OK):
            return found
    return None


def make_argv(makefile: str, make_target: str) -> tuple[str, ...]:
    """The command line of sam's CustomMakeBuilder; `makefile` is the absolute path of the original, not of a copy.

    make takes `$(MAKE)` from the first word: it is no path, so that artifacts do not depend on where make lies.
    """
    return ("make", "--makefile", makefile, make_target)


def make_version(make: str) -> str:
    """First line of `make --version`, such as `GNU Make 4.3`.

    Raises:
        EnvironmentFault: when make cannot be run.
    """
    import subprocess

    try:
        done = subprocess.run(
            [make, "--version"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=20,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EnvironmentFault(
            f"make cannot be run: {error}",
            rows=(("make", make),),
            hint="see whether `make --version` answers in this shell, and what `ulimit -a` allows",
        ) from None
    return done.stdout.decode(errors="replace").partition("\n")[0]


def make_environment(environ: dict[str, str], artifacts_dir: str) -> dict[str, str]:
    """The caller's environment and ARTIFACTS_DIR (absolute), nothing else."""
    return {**environ, "ARTIFACTS_DIR": artifacts_dir}
