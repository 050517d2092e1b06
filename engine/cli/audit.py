"""`engine audit`: from a command line to an audit, and from what it found to text and an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from engine.cli.build import BuildCommand, current_settings
from engine.cli.settings import Settings
from engine.cli.telling import Telling

if TYPE_CHECKING:
    from engine.audit.findings import AuditOutcome, TargetAudit

_HELP = """Find what targets depend on that their cache keys do not name.

Each RESOURCE and what it depends on, or everything, is built as `engine build` does, and then once more under strace:
files read outside of what is declared, files that are looked for and would change the build if they came, variables
that scripts read, programs without a pinned version, the network. With the lines of BuildProperties that declare it
all. What the second run leaves is thrown away. The exit code is 1 where something is undeclared."""


class AuditCommand(BuildCommand):
    """`audit`, with all options that decide what a build is."""

    def __init__(self) -> None:
        super().__init__("audit", audit, _HELP, "Find undeclared inputs by tracing what targets read.")
        network = click.Option(
            ["--allow-network"],
            is_flag=True,
            help="Show connections, but do not fail for them: what they bring is pinned, by a lock file for example.",
        )
        self._sections.insert(0, ("Audit", [network]))
        self.params.append(network)


def audit(allow_network: bool, **_: object) -> int:
    """Audit what the current context asks for and return the exit code."""
    return _Session(current_settings(), allow_network).run()


class _Session:
    """One audit and the way that it is told."""

    def __init__(self, settings: Settings, allow_network: bool) -> None:
        self._settings = settings
        self._allow_network = allow_network
        self._telling = Telling(settings, live=False)

    def run(self) -> int:
        self._telling.notes()
        try:
            outcome = self._audit()
        except BaseException as error:
            self._telling.last_words(self._words_about(error))
            raise
        self._telling.result(self._result(outcome))
        return 130 if outcome.interrupted else int(not outcome.clean)

    def _audit(self) -> AuditOutcome:
        from engine.audit import run_audit

        with self._telling.reporter() as reporter:
            return run_audit(self._settings.options, reporter, self._hear, allow_network=self._allow_network)

    def _hear(self, audit: TargetAudit) -> None:
        from engine.cli.audit_lines import progress_line

        self._telling.tell(progress_line(audit, self._telling.ink))

    def _result(self, outcome: AuditOutcome) -> str:
        if self._settings.output == "json":
            from engine.cli.audit_document import audit_document

            return f"{audit_document(outcome)}\n"
        from engine.cli.audit_lines import report_lines

        cwd, ink = self._settings.options.cwd, self._telling.result_ink
        lines = report_lines(outcome, cwd, ink, everything=self._settings.explain)
        return "".join(f"{line}\n" for line in lines)

    def _words_about(self, error: BaseException) -> str:
        if self._settings.output != "json":
            return ""
        from engine.cli.audit_document import unaudited_document

        return f"{unaudited_document(error)}\n"


audit_command = AuditCommand()
