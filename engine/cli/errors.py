"""The one place where errors become text and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import IO, cast

import click

from engine.cli.streams import flush_results
from engine.errors import BuildError, EnvironmentFault
from engine.report.escape import printable
from engine.report.rows import error_lines
from engine.report.stream import QuietStream
from engine.report.style import Ink, wants_color

_INTERRUPTED = 130


def run(args: Sequence[str]) -> int:
    """Run the command line ``args`` and return its exit code; every error is told on standard error."""
    from engine.cli.root import engine_group

    return guarded(lambda: engine_group.main(list(args), prog_name="engine", standalone_mode=False), args)


def guarded(call: Callable[[], object], args: Sequence[str]) -> int:
    """Return the exit code that ``call`` returns (0 where that is none) or that its error stands for.

    No error leaves it but one: with `--debug` among ``args`` a bug is raised on.
    """
    code = _called(call, args)
    lost = flush_results()
    return code if lost is None else code or told(lost, args)


def _called(call: Callable[[], object], args: Sequence[str]) -> int:
    stderr = QuietStream(sys.stderr)
    try:
        code = call()
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show(cast("IO[str]", stderr))
        return error.exit_code
    except BuildError as error:
        return told(error, args)
    except (KeyboardInterrupt, click.Abort):
        stderr.write("Interrupted\n")
        return _INTERRUPTED
    except Exception as error:
        fault = _fault(error)
        if fault is not None:
            return told(fault, args)
        if _wants_traceback(args):
            raise
        stderr.write(_bug_report(error))
        return 1


def told(error: BuildError, args: Sequence[str]) -> int:
    """Write ``error`` to standard error as the command line ``args`` wants it, and return its exit code."""
    stderr = QuietStream(sys.stderr)
    ink = Ink(wants_color(_color_flag(args), os.environ, terminal=stderr.isatty()))
    stderr.write("".join(f"{line}\n" for line in error_lines(error.message, error.rows, error.hint, ink)))
    return error.exit_code


def _fault(error: Exception) -> BuildError | None:
    """The fault of the machine that ``error`` is; None for a bug."""
    if not isinstance(error, OSError):
        return None
    from engine.build.faults import fault_of

    message, hint = fault_of(error)
    return None if hint is None else EnvironmentFault(message, hint=hint)


def _color_flag(args: Sequence[str]) -> bool | None:
    """The last of `--color` and `--no-color`, read here too since an error may come before options are resolved."""
    flags = [arg for arg in args if arg in ("--color", "--no-color")]
    return flags[-1] == "--color" if flags else None


def _wants_traceback(args: Sequence[str]) -> bool:
    return "--debug" in args or os.environ.get("SAM_DEBUG", "").lower() in ("1", "true", "yes", "on")


def _bug_report(error: Exception) -> str:
    text = printable(f"{type(error).__name__}: {error}")
    return f"Error: this is a bug in engine, not in what you built: {text}\n{_keep_traceback(error)}\n"


def _keep_traceback(error: Exception) -> str:
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="engine-bug-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
        ) as file:
            file.writelines(traceback.format_exception(error))
    except OSError as fault:
        return f"The traceback cannot be kept ({fault.strerror}): run again with --debug to see it."
    return f"Please report it with the traceback in {file.name} (--debug shows it here)."
