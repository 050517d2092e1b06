"""`engine build`: from a command line to a build, and from what came of it to text and an exit code."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from engine.cli.flags import sections
from engine.cli.resources import complete_resources
from engine.cli.root import HELP_NAMES
from engine.cli.settings import Settings, resolve_settings
from engine.cli.telling import Telling
from engine.errors import EnvironmentFault

if TYPE_CHECKING:
    from engine.build.outcome import BuildOutcome

_HELP = """Build the functions and layers of an AWS SAM template that make builds.

RESOURCE is a logical id, a full path (Stack/Id) or a glob; without one, everything is built. Artifacts and the
rewritten template.yaml go where `sam build` puts them. The result is written to standard output, all else to
standard error."""
_OVERRIDES = "--parameter-overrides"


class BuildCommand(click.Command):
    """`build`, or a command with the same arguments: options under headings, and sam's way of taking overrides."""

    def __init__(self, name: str, callback: Callable[..., int], help_text: str, short_help: str) -> None:
        self._sections = sections()
        super().__init__(
            name,
            callback=callback,
            help=help_text,
            short_help=short_help,
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
    return _Session(current_settings()).run()


def current_settings() -> Settings:
    """What the current context asks for. Raises InputError."""
    return resolve_settings(click.get_current_context(), os.environ, _working_directory())


def _working_directory() -> str:
    try:
        return os.getcwd()
    except OSError as error:
        raise EnvironmentFault(f"The working directory cannot be found: {error.strerror}") from None


class _Session:
    """One build and the way that it is told."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._telling = Telling(settings)

    def run(self) -> int:
        self._telling.notes()
        try:
            outcome = self._build()
        except BaseException as error:
            self._telling.last_words(self._words_about(error))
            raise
        self._tell_outcome(outcome)
        return 130 if outcome.interrupted else int(not outcome.succeeded)

    def _build(self) -> BuildOutcome:
        from engine.build import run_build

        with self._telling.reporter() as reporter:
            return run_build(self._settings.options, reporter)

    def _tell_outcome(self, outcome: BuildOutcome) -> None:
        from engine.report.summary import summary_line

        if not outcome.succeeded:
            self._telling.failures(outcome.results)
        self._telling.tell(summary_line(outcome.results, outcome.seconds, interrupted=outcome.interrupted))
        self._telling.result(self._result(outcome))

    def _result(self, outcome: BuildOutcome) -> str:
        if self._settings.output == "json":
            from engine.cli.documents import outcome_document

            return f"{outcome_document(outcome)}\n"
        from engine.cli.banner import failure_banner, success_banner

        ink = self._telling.result_ink
        if not outcome.succeeded:
            return failure_banner(ink)
        return success_banner(outcome.build_dir, outcome.template_file, self._settings.options.cwd, ink)

    def _words_about(self, error: BaseException) -> str:
        if self._settings.output == "json":
            from engine.cli.documents import error_document

            return f"{error_document(error)}\n"
        from engine.cli.banner import failure_banner

        return failure_banner(self._telling.result_ink)


build_command = BuildCommand("build", build, _HELP, "Build functions and layers.")
