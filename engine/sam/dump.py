"""Template data as YAML text, laid out as `sam build` writes it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from engine.sam.cfn_yaml import KeySorted

if TYPE_CHECKING:
    from yaml import SafeDumper


def dump(template: dict[object, object]) -> bytes:
    """The template as UTF-8 YAML: block style, aliases expanded, keys in the template's order."""
    import yaml

    return yaml.dump(template, default_flow_style=False, Dumper=_dumper()).encode()


@cache
def _dumper() -> type[SafeDumper]:
    import yaml

    def in_order(dumper: yaml.SafeDumper, data: dict[object, object]) -> yaml.Node:
        # items() hides the mapping from represent_dict, which sorts the keys of what it knows to be one
        return dumper.represent_dict(data.items())

    def text(dumper: yaml.SafeDumper, data: str) -> yaml.Node:
        # what starts with 0 is quoted: account numbers are text, and YAML 1.1 has octal numbers
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style="'" if data.startswith("0") else None)

    # Made of the compiled one where there is one; nothing is an alias in it.
    base: type[SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    made: type[SafeDumper] = type("Dumper", (base,), {"ignore_aliases": lambda self, data: True})
    made.add_representer(dict, in_order)
    made.add_representer(KeySorted, yaml.SafeDumper.represent_dict)
    made.add_representer(str, text)
    return made
