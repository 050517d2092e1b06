"""Selection: which targets the identifiers, globs and exclusions on the command line mean."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from engine.errors import InputError
from engine.sam.candidate import Candidate, Unsupported, find, options
from engine.sam.target import Target

_WILD = frozenset("*?[")


class Selection(NamedTuple):
    """What is to be built."""

    names: tuple[str, ...] | None
    """Full paths; None: everything that is not excluded."""
    excluded: frozenset[str]
    """Full paths that are left out."""
    warnings: tuple[str, ...]


def select(candidates: Sequence[Candidate], resources: tuple[str, ...], exclude: tuple[str, ...]) -> Selection:
    """What `resources` and `exclude` mean; a resource that is named is built though excluded, with sam's warning.

    Raises:
        InputError: for an identifier that means nothing, or a layer without BuildMethod.
    """
    if not resources:
        excluded = {row.full_path for row in candidates for name in exclude if _excluded(row, name)}
        idle = [name for name in exclude if not any(_excluded(row, name) for row in candidates)]
        warnings = tuple(f"-x {name} leaves nothing out: no function or layer has that name" for name in idle)
        return Selection(None, frozenset(excluded), warnings)
    told: list[str] = []
    names: dict[str, None] = {}
    for identifier in resources:
        found = _resolve(candidates, identifier, told)
        if _WILD & set(identifier):
            found = [row for row in found if not any(_excluded(row, name) for name in exclude)]
        elif found and identifier in exclude:
            told.append("Resource expected to be built, but marked as excluded.\nBuilding anyways...")
        names.update(dict.fromkeys(row.full_path for row in found))
    return Selection(tuple(names), frozenset(), tuple(told))


def _excluded(row: Candidate, name: str) -> bool:
    logical_id = row.full_path.rpartition("/")[2]
    if _WILD & set(name):
        return fnmatch.fnmatchcase(row.full_path, name) or fnmatch.fnmatchcase(logical_id, name)
    return name in (logical_id, row.full_path, row.sam_path)


def _resolve(candidates: Sequence[Candidate], identifier: str, warnings: list[str]) -> list[Candidate]:
    if _WILD & set(identifier):
        return _matching(candidates, identifier)
    match = find(candidates, identifier)
    if not match.found:
        raise _unknown(candidates, identifier)
    if match.ambiguous:
        warnings.append(
            f"Multiple resources found with {identifier} as the identifier: {', '.join(match.ambiguous)}; "
            f"building {match.found[0].full_path}. Use the full path to name another."
        )
    for row in match.found:
        if row.lacks_build_method:
            raise InputError(
                f"Build method missing in layer {identifier}.",
                hint="add Metadata: BuildMethod: makefile to the layer",
                sam_type="MissingBuildMethodException",
                resources=(row.sam_path,),
            )
        if row.state == "skipped":
            warnings.append(f"{row.full_path} is not built: {row.reason}")
    return [row for row in match.found if row.state != "skipped"]


def _matching(candidates: Sequence[Candidate], glob: str) -> list[Candidate]:
    found = [
        row
        for row in candidates
        if row.state == "target" and any(fnmatch.fnmatchcase(name, glob) for name in (row.full_path, *row.names))
    ]
    if not found:
        raise _unknown(candidates, glob)
    return found


def _unknown(candidates: Sequence[Candidate], identifier: str) -> InputError:
    known = options(candidates)
    near = difflib.get_close_matches(identifier, [row.full_path for row in candidates] + list(known), n=3)
    return InputError(
        f"Unable to find a function or layer with name '{identifier}'",
        rows=(("not found", f"{identifier} not found. Possible options in your template: {list(known)}"),),
        hint=f"did you mean {' or '.join(dict.fromkeys(near))}?" if near else None,
        sam_type="ResourceNotFound",
        resources=(identifier,),
    )


def refuse_unsupported(unsupported: Iterable[Unsupported], selection: Selection) -> None:
    """Raise one InputError that lists every selected resource which another builder than make would have to build."""
    refused = [
        row
        for row in unsupported
        if row.full_path not in selection.excluded and (selection.names is None or row.full_path in selection.names)
    ]
    if refused:
        message, sam_type, about = _refusal(refused)
        raise InputError(
            message,
            rows=tuple((row.full_path, f"{_reason(row)} ({_place(row)})") for row in refused),
            hint="leave them out with "
            + " ".join(f"-x {row.logical_id}" for row in refused[:5])
            + (" …" if len(refused) > 5 else "")
            + ", or give them Metadata: BuildMethod: makefile",
            sam_type=sam_type,
            resources=tuple(row.resource_id for row in about),
        )


def _refusal(refused: Sequence[Unsupported]) -> tuple[str, str, list[Unsupported]]:
    """Message, sam's type of error and the resources that they are about.

    What sam would stop at (layers first, as it builds them) is told in its words; else that make is the only builder.
    """
    by_sam = sorted((row for row in refused if row.sam_type), key=lambda row: row.kind != "layer")
    if by_sam:
        first = by_sam[0]
        return first.reason, str(first.sam_type), [row for row in by_sam if row.reason == first.reason]
    words = "resource needs" if len(refused) == 1 else "resources need"
    return f"{len(refused)} {words} another builder than make", "UnsupportedBuilderException", list(refused)


def _reason(row: Unsupported) -> str:
    return f"{row.reason} (is '{row.meant}' meant?)" if row.meant else row.reason


def _place(row: Unsupported) -> str:
    return f"{row.template}:{row.line}" if row.line else row.template


def selected_targets(targets: tuple[Target, ...], selection: Selection) -> tuple[Target, ...]:
    """The targets without the excluded ones.

    Raises:
        InputError: when one that is left depends on an excluded one.
    """
    left = tuple(target for target in targets if target.full_path not in selection.excluded)
    for target in left:
        for name in target.properties.depends_on:
            if name in selection.excluded:
                raise InputError(
                    f"{target.full_path} depends on {name}, which is excluded",
                    rows=(("template", target.template),),
                    hint=f"exclude {target.full_path} too, or build {name}",
                )
    return left
