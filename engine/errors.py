"""Errors by who must act: the message, label/value rows and a hint; rendered in one place, the command line."""

from __future__ import annotations


class BuildError(Exception):
    """A failure that the user is told in one clear message, without a traceback.

    ``message`` is one sentence; ``rows`` are (label, value) pairs such as ``("template", "app/template.yaml:12")``
    shown aligned below it; ``hint`` is the way out. ``exit_code`` is what the command ends with. ``sam_type`` and
    ``resources`` are for `--output json`: what `sam build` calls the error (None: it has no name for it), and the
    identities of the resources that it is about (None: it is about no resource).
    """

    exit_code = 1

    def __init__(
        self,
        message: str,
        *,
        rows: tuple[tuple[str, str], ...] = (),
        hint: str | None = None,
        sam_type: str | None = None,
        resources: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.rows = rows
        self.hint = hint
        self.sam_type = sam_type
        self.resources = resources


class InputError(BuildError):
    """The template, a makefile, a source tree or an option is wrong: its author must act."""


class EnvironmentFault(BuildError):
    """The machine lacks something: no make, no space, no permission."""


class Interrupted(BuildError):
    """The user stopped the build (exit code 130)."""

    exit_code = 130
