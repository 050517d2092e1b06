"""The lines of `BuildProperties` that declare what was found, ready to be pasted into the template."""

from __future__ import annotations

import json
from collections.abc import Iterable

from engine.audit.findings import Findings
from engine.audit.patterns import globs
from engine.sam.target import Target

Rows = tuple[tuple[str, tuple[str, ...]], ...]
"""(`Inputs`, its values), …: each row complete, with what it holds already."""


def declaration(target: Target, findings: Findings, checkout: str) -> Rows:
    """The rows of a target that change; none where nothing is undeclared."""
    properties = target.properties
    tools = [program.tool for program in findings.programs if not program.declared]
    tools += [repository.tool for repository in findings.repositories]
    wanted = (
        ("DependsOn", _names(properties.depends_on, target), _names(findings.artifacts, target)),
        ("Inputs", properties.inputs, globs(findings.files, properties.inputs_base, checkout)),
        ("Environment", properties.environment, tuple(row.name for row in findings.variables)),
        ("Tools", properties.tools, tuple(tools)),
    )
    return tuple((name, _joined(held, added)) for name, held, added in wanted if set(added) - set(held))


def _names(full_paths: Iterable[str], target: Target) -> tuple[str, ...]:
    """Targets as `DependsOn` names them: neighbours in the same template by their logical ids."""
    prefix = f"{target.stack_path}/" if target.stack_path else ""
    return tuple(path.removeprefix(prefix) for path in full_paths)


def _joined(held: tuple[str, ...], added: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*held, *added)))


def yaml_lines(rows: Rows) -> list[str]:
    """`rows` as YAML, below `Metadata:`."""
    lines = ["BuildProperties:"]
    for name, values in rows:
        lines.append(f"  {name}:")
        lines += (f"    - {_quoted(value)}" for value in values)
    return lines


def _quoted(value: str) -> str:
    r"""A YAML double-quoted text, which takes JSON's escapes; `\u0085` and the like are no line breaks in it then."""
    plain = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in plain)
