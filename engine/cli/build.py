"""`engine build`: from a command line to a build, and from what came of it to text and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from engine.cli.flags import sections
from engine.cli.resources import complete_resources
from engine.cli.root import HELP_NAMES
from engine.cli.settings import Settings, resolve_settings
from engine.cli.streams import unwritten
from engine.errors import EnvironmentFault
from engine.report.console import Detail
from engine.report.reporter import BuildReporter, wants_live
from engine.report.stream import QuietStream
from engine.report.style import Ink, refuses_color, wants_color

if TYPE_CHECKING:
    from engine.build.outcome import BuildOutcome

_HELP = """Build the functions and layers of an AWS SAM template that make builds.

RESOURCE is a logical id, a full path (Stack/Id) or a glob; without one, everything is built. Artifacts and the
rewritten template.yaml go where `sam build` puts them. The result is written to standard output, all else to
standard error."""
_OVERRIDES = "--parameter-overrides"


class BuildCommand(click.Command):
    """`build` with its options under headings, and with sam's way of taking several parameter overrides at once."""

    def __init__(self) -> None:
        self._sections = sections()
        super().__init__(
            "build",
            callback=build,
            help=_HELP,
            short_help="Build functions and layers.",
            context_settings=HELP_NAMES,
            params=[
                click.Argument(["resources"], nargs=-1, metavar="[RESOURCE]...", shell_complete=complete_resources),
                *(option for _, options in self._sections for option in options),
            ],
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse ``args``, in which one option may be followed by several values."""
        return super().parse_args(ctx, spread_overrides(args))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options section by section."""
        shown = [*self._sections, ("Other", [option] if (option := self.get_help_option(ctx)) else [])]
        for heading, options in shown:
            records = [record for option in options if (record := option.get_help_record(ctx)) is not None]
            with formatter.section(heading):
                formatter.write_dl(records)


def spread_overrides(args: Sequence[str]) -> list[str]:
    """Give each value after `--parameter-overrides`, up to the next option, an option of its own."""
    spread: list[str] = []
    collecting = ended = False
    for arg in args:
        if arg.startswith("-"):
            ended = ended or arg == "--"
            collecting = not ended and arg.partition("=")[0] == _OVERRIDES
            value_follows = arg == _OVERRIDES
        elif collecting and not value_follows:
            spread.append(_OVERRIDES)
        else:
            value_follows = False
        spread.append(arg)
    return spread


def build(**_: object) -> int:
    """Build what the current context asks for and return the exit code."""
    settings = resolve_settings(click.get_current_context(), os.environ, _working_directory())
    return _Session(settings).run()


def _working_directory() -> str:
    try:
        return os.getcwd()
    except OSError as error:
        raise EnvironmentFault(f"The working directory cannot be found: {error.strerror}") from None


class _Session:
    """One build with the two streams that it is told on."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stdout, self._stderr = QuietStream(sys.stdout), QuietStream(sys.stderr)
        self._ink = self._ink_of(self._stderr)
        self._detail = Detail(
            explain=settings.explain,
            log_output=settings.log_output,
            restored=not self._is_live(),
            columns=self._stderr.columns(),
            log_color=settings.color is not False and (settings.color is True or not refuses_color(os.environ)),
        )

    def run(self) -> int:
        for note in self._settings.notes:
            self._tell(f"{self._ink.paint('note:', 'accent')} {note}")
        try:
            outcome = self._build()
        except BaseException as error:
            self._end_without_outcome(error)
            raise
        self._tell_outcome(outcome)
        return 130 if outcome.interrupted else int(not outcome.succeeded)

    def _build(self) -> BuildOutcome:
        from engine.build import run_build

        with BuildReporter(self._stderr, self._ink, self._detail, live=self._is_live()) as reporter:
            return run_build(self._settings.options, reporter)

    def _is_live(self) -> bool:
        return wants_live(os.environ, terminal=self._stderr.isatty())

    def _ink_of(self, stream: QuietStream) -> Ink:
        return Ink(wants_color(self._settings.color, os.environ, terminal=stream.isatty()))

    def _tell(self, text: str) -> None:
        self._stderr.write(f"{text}\n")

    def _tell_outcome(self, outcome: BuildOutcome) -> None:
        from engine.report.summary import summary_line

        if not outcome.succeeded:
            self._tell_failures(outcome)
        self._tell(summary_line(outcome.results, outcome.seconds, interrupted=outcome.interrupted))
        self._stdout.write(self._result(outcome))
        if self._stdout.failure is not None:
            raise unwritten(self._stdout.failure)

    def _tell_failures(self, outcome: BuildOutcome) -> None:
        from engine.report.failures import failure_blocks

        for text in failure_blocks(outcome.results, self._ink, self._detail, self._settings.options.cwd):
            self._tell(text)
        self._tell("")

    def _result(self, outcome: BuildOutcome) -> str:
        if self._settings.output == "json":
            from engine.cli.documents import outcome_document

            return f"{outcome_document(outcome)}\n"
        from engine.cli.banner import failure_banner, success_banner

        ink = self._ink_of(self._stdout)
        if not outcome.succeeded:
            return failure_banner(ink)
        return success_banner(outcome.build_dir, outcome.template_file, self._settings.options.cwd, ink)

    def _end_without_outcome(self, error: BaseException) -> None:
        if self._settings.output == "json":
            from engine.cli.documents import error_document

            self._stdout.write(f"{error_document(error)}\n")
        else:
            from engine.cli.banner import failure_banner

            self._stdout.write(failure_banner(self._ink_of(self._stdout)))


build_command = BuildCommand()
