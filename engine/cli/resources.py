"""Completion of resource identifiers from the template that the command line names so far."""

from __future__ import annotations

import os

import click


def complete_resources(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the full paths of what make builds that begin with ``incomplete``; nothing where that cannot be told."""
    try:
        names = _targets(ctx)
    except Exception:  # the shell would print any message into the line that the user is writing
        return []
    return [name for name in names if name.startswith(incomplete)]


def _targets(ctx: click.Context) -> list[str]:
    from engine.cli.settings import resolve_settings
    from engine.sam.application import TemplateRequest, load_application

    options = resolve_settings(ctx, os.environ, os.getcwd()).options
    request = TemplateRequest(**{name: getattr(options, name) for name in TemplateRequest._fields})
    return [target.full_path for target in load_application(request).targets]
