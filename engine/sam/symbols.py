"""What a name in a template stands for: parameter, pseudo parameter or resource attribute."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.sam import pseudo

LAYER_TYPES = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")


class Unresolvable(Exception):
    """A value that is only known once deployed, or an intrinsic that is malformed; it is left as it stands."""


def parameter_values(template: Mapping[object, object], overrides: Mapping[str, object]) -> dict[str, object]:
    """Values by name: pseudo parameters, below the template's defaults, below `overrides`."""
    values = dict(pseudo.DEFAULTS)
    for name, declared in section(template, "Parameters").items():
        if isinstance(declared, dict) and "Default" in declared:
            values[str(name)] = declared["Default"]
    values.update(overrides)
    return values


def section(template: Mapping[object, object], name: str) -> Mapping[object, object]:
    """A top-level section, empty where it is missing or not a mapping."""
    found = template.get(name)
    return found if isinstance(found, dict) else {}


class Symbols:
    """The names of one stack.

    An attribute is "Ref" for the value itself, else what `Fn::GetAtt` names. The order of the look-up, with its
    corners (a name without value stands for itself; an empty override counts as none), is that of sam.
    """

    __slots__ = ("_parameters", "_resources", "values")

    def __init__(self, template: Mapping[object, object], overrides: Mapping[str, object]) -> None:
        self.values = parameter_values(template, overrides)
        self._parameters = section(template, "Parameters")
        self._resources = section(template, "Resources")

    def look_up(self, name: str, attribute: str, *, lenient: bool = False) -> object:
        """The value of `name`; with `lenient` an unknown attribute gives `$name.attribute`, as in `Fn::Sub`.

        Raises Unresolvable.
        """
        if given := self._given(name, attribute):
            return given
        if name == pseudo.NO_VALUE:
            return None
        default = _get(self._parameters.get(name), "Default")
        if default is not None:
            return default
        known = self._attribute(name, attribute)
        if known is not None:
            return known
        if lenient:
            return f"${name}.{attribute}"
        raise Unresolvable(f"{name}.{attribute} is not known before deployment")

    def region(self) -> str:
        """The region that pseudo parameters and ARNs name."""
        return str(self.values.get("AWS::Region") or pseudo.DEFAULTS["AWS::Region"])

    def _given(self, name: str, attribute: str) -> object:
        value = self.values.get(name)
        if isinstance(value, dict):
            return value.get(attribute)
        if value is None or attribute not in ("Ref", ""):
            return None
        if isinstance(value, float):
            raise Unresolvable(f"{name} is a number with a fraction")
        if isinstance(value, str) and _get(self._parameters.get(name), "Type") == "CommaDelimitedList":
            return [item.strip() for item in value.split(",")]
        return value

    def _attribute(self, name: str, attribute: str) -> object:
        kind = _get(self._resources.get(name), "Type")
        if kind in LAYER_TYPES and attribute == "Ref":
            return {"Ref": name}
        if kind == "AWS::ApiGateway::RestApi" and attribute == "RootResourceId":
            return "/"
        if kind == "AWS::Lambda::Alias" and attribute == "Ref":
            return self._alias(name)
        found: dict[str, Callable[[str], str]] = {"Ref": str, "Arn": self._function_arn}
        return found[attribute](name) if attribute in found else None

    def _alias(self, name: str) -> str:
        target = _get(_get(_get(self._resources.get(name), "Properties"), "FunctionName"), "Ref")
        if not isinstance(target, str):
            raise Unresolvable(f"the function of the alias {name} is not a Ref")
        return self._function_arn(str(self.look_up(target, "Ref")))

    def _function_arn(self, name: str) -> str:
        function = _get(_get(self._resources.get(name), "Properties"), "FunctionName") or name
        if not isinstance(function, str):
            raise Unresolvable(f"the name of {name} is not plain text")
        region = self.region()
        account = self.values.get("AWS::AccountId") or pseudo.DEFAULTS["AWS::AccountId"]
        return (
            f"arn:{pseudo.partition(region)}:lambda:{region}:{account}:function:{self.values.get(function) or function}"
        )


def _get(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None
