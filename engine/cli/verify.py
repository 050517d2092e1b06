"""`engine verify`: from a command line to a verification, and from what came of it to text and an exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.cli.build import BuildCommand, current_settings
from engine.cli.settings import Settings
from engine.cli.telling import Telling

if TYPE_CHECKING:
    from engine.verify.outcome import Event, VerifyOutcome

_HELP = """Build targets again, and say what differs from what is recorded of them.

RESOURCE is a logical id, a full path (Stack/Id) or a glob; without one, everything is verified. Everything is brought
up to date first, as `engine build` does with the same options. Then each target is built once more: in another scratch
folder, later, from older files and with the umask 077. Artifacts, template and cache stay as they are.

Exit code 0: all are the same, modes apart that follow the umask. 1: a target differs, or failed."""


def verify(**_: object) -> int:
    """Verify what the current context asks for and return the exit code."""
    return _Session(current_settings()).run()


class _Session:
    """One verification and the way that it is told."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._telling = Telling(settings, live=False)

    def run(self) -> int:
        self._telling.notes()
        try:
            outcome = self._verify()
        except BaseException as error:
            self._telling.last_words(self._words_about(error))
            raise
        self._tell_outcome(outcome)
        return 130 if outcome.interrupted else int(not outcome.agrees)

    def _verify(self) -> VerifyOutcome:
        from engine.verify import run_verify

        with self._telling.reporter() as reporter:
            return run_verify(self._settings.options, reporter, self._hear)

    def _hear(self, event: Event) -> None:
        from engine.cli.verdicts import event_line

        self._telling.tell(event_line(event, self._telling.ink))

    def _tell_outcome(self, outcome: VerifyOutcome) -> None:
        from engine.cli.verdicts import failures, verdict_lines

        failed = failures(outcome)
        if failed:
            self._telling.failures(failed)
        if self._settings.output == "json":
            from engine.cli.verification_document import verification_document

            self._telling.result(f"{verification_document(outcome)}\n")
        else:
            lines = verdict_lines(outcome, self._telling.result_ink, everything=self._settings.explain)
            self._telling.result("".join(f"{line}\n" for line in lines))

    def _words_about(self, error: BaseException) -> str:
        if self._settings.output != "json":
            return ""
        from engine.cli.verification_document import unverified_document

        return f"{unverified_document(error)}\n"


verify_command = BuildCommand("verify", verify, _HELP, "Build targets again and say what differs.")
