"""`Metadata.BuildProperties`: what a template declares for this engine."""

from __future__ import annotations

from difflib import get_close_matches

from engine.sam.locate import Lines
from engine.sam.target import BuildProperties

_LISTS = {
    "DependsOn": "depends_on",
    "Inputs": "inputs",
    "Ignore": "ignore",
    "Environment": "environment",
    "Tools": "tools",
}
_OURS = (*_LISTS, "Parallel")
_OTHER_BUILDERS = frozenset(
    {
        *("Minify", "Target", "Sourcemap", "EntryPoints", "External", "Loader", "Format", "MainFields", "Banner"),
        *("OutExtension", "UseNpmCi", "TrimGoPath", "Binary", "ParentPackageMode", "ParentPackages", "Exclude"),
    }
)


def parse_build_properties(declared: object, logical_id: str, directory: str, lines: Lines) -> BuildProperties:
    """The declarations of one resource, after evaluation; `depends_on` still as written.

    `directory` is that of the template. Rows of sam's other builders are passed over, as sam does with make.
    Raises InputError that names file, line and resource: not a mapping, an unknown row, a value of the wrong type.
    """
    where = ("Resources", logical_id, "Metadata", "BuildProperties")
    if declared is None:
        return BuildProperties(inputs_base=directory)
    if not isinstance(declared, dict):
        raise lines.error("BuildProperties must be a mapping", where)
    for name in declared:
        if name not in _OURS and name not in _OTHER_BUILDERS:
            near = get_close_matches(str(name), _OURS, 1)
            hint = f"is {near[0]} meant?" if near else f"known are {', '.join(_OURS)}"
            raise lines.error(f"BuildProperties has no row {name}", (*where, str(name)), hint=hint)
    texts = {field: _texts(declared.get(name), name, where, lines) for name, field in _LISTS.items()}
    parallel = declared.get("Parallel", False)
    if not isinstance(parallel, bool):
        raise lines.error("Parallel must be true or false", (*where, "Parallel"))
    return BuildProperties(inputs_base=directory, parallel=parallel, **texts)


def _texts(value: object, name: str, where: tuple[str, ...], lines: Lines) -> tuple[str, ...]:
    listed = [] if value is None else value if isinstance(value, list) else [value]
    for item in listed:
        if not isinstance(item, str) or not item:
            raise lines.error(f"{name} must be a list of texts, it has {item!r:.80}", (*where, name))
    return tuple(listed)
