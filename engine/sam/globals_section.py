"""The template's `Globals`, merged into the properties of its resources as the SAM translator does."""

from __future__ import annotations

from difflib import get_close_matches

from engine.sam.cfn_yaml import KeySorted
from engine.sam.locate import Lines

_READ = {
    name.lower(): name
    for name in ("CodeUri", "ContentUri", "Handler", "Runtime", "PackageType", "InlineCode", "Architectures", "Layers")
}
_PREFIX = "AWS::Serverless::"
_REPLACED = frozenset({"Architectures"})  # lists that a resource replaces instead of adding to


def check_globals(template: dict[object, object], lines: Lines) -> None:
    """Raises InputError where the section is malformed or misspells what decides a build.

    Names that are not known here are left to `sam validate`: the translator learns new ones faster than this engine.
    """
    declared = template.get("Globals", {})
    if not isinstance(declared, dict):
        raise lines.error("'Globals' section is invalid. It must be a non-empty dictionary", ("Globals",))
    for name, properties in declared.items():
        where = ("Globals", str(name))
        if not isinstance(properties, dict):
            raise lines.error(f"'Globals' section is invalid. Value of {name} must be a dictionary", where)
        if "Metadata" in properties:
            message = f"'Globals' section is invalid. 'Metadata' is not a supported property of '{name}'"
            raise lines.error(message, (*where, "Metadata"), hint="write it at each resource")
        if meant := misspelt(properties):
            message = f"'Globals' section is invalid. '{meant[0]}' is not a supported property of '{name}'"
            raise lines.error(message, (*where, meant[0]), hint=f"is {meant[1]} meant?")


def misspelt(properties: dict[object, object]) -> tuple[str, str] | None:
    """A property that is nearly one that decides a build, and the one that is meant; None where there is none."""
    for name in properties:
        if isinstance(name, str) and name not in _READ.values():
            near = get_close_matches(name.lower(), _READ, 1, cutoff=0.85)
            if near:
                return name, _READ[near[0]]
    return None


def globals_for(template: dict[object, object], resource_type: str) -> dict[object, object]:
    """The properties that a well-formed `Globals` gives every resource of this type."""
    declared = template.get("Globals")
    if not isinstance(declared, dict) or not resource_type.startswith(_PREFIX):
        return {}
    properties = declared.get(resource_type.removeprefix(_PREFIX), {})
    return properties if isinstance(properties, dict) else {}


def merge(
    shared: dict[object, object], properties: dict[object, object], ignored: object = None
) -> dict[object, object]:
    """The properties of a resource with `shared` ones below them; `ignored` is its `IgnoreGlobals`.

    Mappings are merged, lists are added to the shared ones, anything else is replaced.
    """
    if not shared or ignored == "*":
        return properties
    left_out = ignored if isinstance(ignored, list) else []
    kept = {key: value for key, value in shared.items() if key not in left_out}
    return _merge_mapping(kept, properties, top=True)


def _merge_mapping(shared: dict[object, object], own: dict[object, object], *, top: bool) -> dict[object, object]:
    merged = dict(shared)
    for key, value in own.items():
        merged[key] = value if key not in shared or (top and key in _REPLACED) else _merge(shared[key], value)
    return merged


def _merge(shared: object, own: object) -> object:
    if isinstance(shared, list) and isinstance(own, list):
        return [*shared, *own]
    if isinstance(shared, dict) and isinstance(own, dict) and not is_intrinsic(shared) and not is_intrinsic(own):
        return KeySorted(_merge_mapping(shared, own, top=False))
    return own


def is_intrinsic(value: object) -> bool:
    """Whether a mapping is one intrinsic function, such as ``{"Ref": "Stage"}``."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    name = next(iter(value))
    return isinstance(name, str) and (name in ("Ref", "Condition") or name.startswith("Fn::"))
