"""Template data as YAML text, laid out as `sam build` writes it."""

from __future__ import annotations

from functools import cache
from typing import Any

from engine.sam.cfn_yaml import KeySorted


def dump(template: dict[object, object]) -> bytes:
    """The template as UTF-8 YAML: block style, aliases expanded, keys in the template's order."""
    import yaml

    return yaml.dump(template, default_flow_style=False, Dumper=_dumper()).encode()


@cache
def _dumper() -> Any:  # noqa: ANN401  a class made of yaml's, which is imported only here
    import yaml

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # the base is chosen at run time
        def ignore_aliases(self, data: object) -> bool:
            return True

    def in_order(dumper: yaml.SafeDumper, data: dict[object, object]) -> yaml.Node:
        # items() hides the mapping from represent_dict, which sorts the keys of what it knows to be one
        return dumper.represent_dict(data.items())

    def text(dumper: yaml.SafeDumper, data: str) -> yaml.Node:
        # what starts with 0 is quoted: account numbers are text, and YAML 1.1 has octal numbers
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style="'" if data.startswith("0") else None)

    Dumper.add_representer(dict, in_order)
    Dumper.add_representer(KeySorted, yaml.SafeDumper.represent_dict)
    Dumper.add_representer(str, text)
    return Dumper
