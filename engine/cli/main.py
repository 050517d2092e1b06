"""The entry point of the `engine` command: imports nothing before it knows that it has to."""

from __future__ import annotations

import sys

from engine import __version__
from engine.cli.streams import open_closed_streams, write_results


def main(argv: list[str] | None = None) -> int:
    """Run the command line ``argv`` (default: that of the process) and return the exit code.

    0 success; 1 failed or user error; 2 usage; 130 interrupted.
    """
    args = sys.argv[1:] if argv is None else argv
    open_closed_streams()
    if args == ["--version"]:
        return _version()
    try:
        from engine.cli.errors import run

        return run(args)
    except KeyboardInterrupt:
        return 130


def _version() -> int:
    from engine.errors import BuildError

    try:
        write_results(f"engine {__version__}\n")
    except BuildError as error:
        from engine.cli.errors import told

        return told(error, [])
    return 0
