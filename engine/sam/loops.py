"""`AWS::LanguageExtensions`: loops expanded and functions evaluated, before the template is read as any other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.errors import InputError
from engine.sam import pseudo
from engine.sam.extensions import NO_VALUE, Extensions, Malformed, function_name
from engine.sam.intrinsics import TEXT_LIMIT
from engine.sam.symbols import section

if TYPE_CHECKING:
    from engine.sam.stack import Stack

PREFIX = "Fn::ForEach::"
TRANSFORM = "AWS::LanguageExtensions"
DEPTH_LIMIT = 5
"""Deepest nesting of loops, as CloudFormation has it."""
EXPANSION_LIMIT = 500_000
"""Most values that the loops of one template may expand to."""

_POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")
_DYNAMIC = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):[^}]+\}\}", re.IGNORECASE)
_NOT_ALPHANUMERIC = re.compile(r"[^a-zA-Z0-9]")

Table = dict[object, object]


def is_loop(key: object) -> bool:
    """Whether a key of the template is a loop."""
    return isinstance(key, str) and key.startswith(PREFIX)


def expanded(stack: Stack) -> Table:
    """The stack's template with loops and functions expanded; itself where it does not ask for the transform.

    Raises InputError where the transform would refuse it.
    """
    template = stack.written
    transforms = template.get("Transform")
    if TRANSFORM not in (transforms if isinstance(transforms, list) else [transforms]):
        return template
    try:
        return _Expansion(template, {**pseudo.DEFAULTS, **stack.overrides}).run()
    except Malformed as error:
        raise stack.lines.error(str(error), error.path or ("Resources",)) from None


class _Expansion:
    def __init__(self, template: Table, values: dict[str, object]) -> None:
        self._template = dict(template)
        self._parameters = section(template, "Parameters")
        self._extensions = Extensions(template, values)
        self._made = 0

    def run(self) -> Table:
        """The expanded template. Raises Malformed."""
        self._check()
        for name in ("Conditions", "Resources", "Outputs"):
            if isinstance(self._template.get(name), dict):
                entries = section(self._template, name)
                self._template[name] = self._section(entries, (), top=name)
        conditions = section(self._template, "Conditions")
        self._extensions.conditions = conditions
        for condition in conditions:
            self._extensions.truth(str(condition))
        self._template["Conditions"] = {key: self._open_condition(declared) for key, declared in conditions.items()}
        resources = self._resolved("Resources", conditions)
        self._template["Resources"] = _without_no_value(resources)
        self._template["Outputs"] = self._resolved("Outputs", conditions)
        self._apply_policies()
        return self._template

    def _check(self) -> None:
        resources = self._template.get("Resources")
        if not isinstance(resources, dict):
            raise Malformed("The Resources section must be a mapping")
        for logical_id, resource in resources.items():
            if not isinstance(resource, (dict, list)):
                raise Malformed(f"[/Resources/{logical_id}] resource definition is malformed")
        if max(map(_loop_depth, (resources, self._template.get("Outputs"), self._template.get("Conditions")))) > 5:
            raise Malformed(f"Fn::ForEach nesting depth exceeds the maximum allowed depth of {DEPTH_LIMIT}")

    def _section(self, entries: object, above: tuple[str, ...], *, top: str = "") -> Table:
        result: Table = {}
        for key, value in entries.items() if isinstance(entries, dict) else ():
            with _found_at(top, key):
                made = self._loop(str(key), value, above) if is_loop(key) else {key: value}
                _check_new(key, result, made)
                is_resource = top == "Resources"
                result.update({name: self._inner(item) for name, item in made.items()} if is_resource else made)
        return result

    def _inner(self, resource: object) -> object:
        """A resource with the loops among its properties expanded."""
        if not isinstance(resource, dict) or not isinstance(resource.get("Properties"), dict):
            return resource
        return {**resource, "Properties": self._section(resource["Properties"], ())}

    def _loop(self, key: str, value: object, above: tuple[str, ...]) -> Table:
        if not isinstance(value, list) or len(value) != 3 or not isinstance(value[2], dict):
            raise Malformed(f"{key} layout is incorrect")
        identifier, body = value[0], value[2]
        if not isinstance(identifier, str) or not identifier:
            raise Malformed(f"{key} layout is incorrect")
        self._check_names(key, identifier, above)
        result: Table = {}
        for item in self._collection(key, value[1]):
            text = str(item).lower() if isinstance(item, bool) else str(item)
            made = self._section(self._substituted(body, identifier, text), (*above, identifier))
            _check_new(key, result, made)
            result.update(made)
        return result

    def _check_names(self, key: str, identifier: str, above: tuple[str, ...]) -> None:
        if identifier in self._parameters:
            raise Malformed(f"{key}: identifier '{identifier}' conflicts with parameter name")
        if identifier in above:
            raise Malformed(f"{key}: identifier '{identifier}' conflicts with another loop identifier")
        if key.removeprefix(PREFIX) in self._parameters:
            raise Malformed(f"{key}: loop name '{key.removeprefix(PREFIX)}' conflicts with parameter name")

    def _collection(self, key: str, collection: object) -> list[object]:
        for item in _flat(collection):
            _check_local(item)
        if isinstance(collection, list):
            return collection
        resolved = self._extensions.resolve(collection)
        if isinstance(resolved, str) and "," in resolved:
            return [item.strip() for item in resolved.split(",")]
        if not isinstance(resolved, list):
            raise Malformed(f"{key} layout is incorrect")
        return resolved

    def _substituted(self, value: object, identifier: str, item: str) -> object:
        self._made += 1
        if self._made > EXPANSION_LIMIT:
            raise InputError(f"The template's loops expand to more than {EXPANSION_LIMIT} values")
        if isinstance(value, str):
            made = _filled(value, "${" + identifier + "}", item)
            return _filled(made, "&{" + identifier + "}", _NOT_ALPHANUMERIC.sub("", item))
        if isinstance(value, list):
            return [self._substituted(part, identifier, item) for part in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and value.get("Ref") == identifier:
            return item
        return {
            self._substituted(key, identifier, item): self._substituted(part, identifier, item)
            for key, part in value.items()
        }

    def _open_condition(self, value: object) -> object:
        """A condition with its operands evaluated and its operators left."""
        if isinstance(value, list):
            return [self._open_condition(part) for part in value]
        name = function_name(value)
        if not isinstance(value, dict) or name == "Condition":
            return value
        if not name or name in ("Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not"):
            return {key: self._open_condition(part) for key, part in value.items()}
        return self._extensions.resolve(value)

    def _resolved(self, name: str, conditions: object) -> Table:
        known = conditions if isinstance(conditions, dict) else {}
        result: Table = {}
        for key, entry in section(self._template, name).items():
            condition = entry.get("Condition") if isinstance(entry, dict) else None
            if isinstance(condition, str) and condition not in known and name == "Resources":
                raise Malformed(f"Resource '{key}' references non-existent condition '{condition}'")
            is_off = isinstance(condition, str) and condition in known and not self._extensions.truth(condition)
            with _found_at(name, key):
                result[key] = self._tried(entry) if is_off else self._extensions.resolve(entry)
        return result

    def _tried(self, value: object) -> object:
        """A part of a resource that its condition leaves out: references are void, failures are left as they stand."""
        if isinstance(value, list):
            return [self._tried(part) for part in value]
        if not isinstance(value, dict):
            return value
        name = function_name(value)
        if not name:
            return {key: self._tried(part) for key, part in value.items()}
        if name == "Ref" and isinstance(value[name], str) and value[name] not in pseudo.NAMES:
            return NO_VALUE
        try:
            return self._extensions.resolve(value)
        except Malformed:
            return NO_VALUE if name in ("Ref", "Fn::ToJsonString") else {name: self._tried(value[name])}

    def _apply_policies(self) -> None:
        for logical_id, resource in section(self._template, "Resources").items():
            for name in _POLICIES:
                if isinstance(resource, dict) and resource.get(name) is not None:
                    resource[name] = self._policy(name, str(logical_id), resource[name])

    def _policy(self, name: str, logical_id: str, value: object) -> str:
        if value == NO_VALUE:
            raise Malformed(f"{pseudo.NO_VALUE} is not supported for DeletionPolicy or UpdateReplacePolicy")
        resolved = self._extensions.resolve(value) if function_name(value) == "Ref" else value
        if not isinstance(resolved, str):
            raise Malformed(f"Unsupported expression for {name} in resource {logical_id}")
        return resolved


@contextmanager
def _found_at(section_name: str, key: object) -> Iterator[None]:
    """Says of what is refused inside that it is found at this entry of a top-level section."""
    try:
        yield
    except Malformed as error:
        if section_name:
            error.path = error.path or (section_name, str(key))
        raise


def _check_new(key: object, known: Table, made: Table) -> None:
    if taken := known.keys() & made.keys():
        names = ", ".join(sorted(map(str, taken)))
        raise Malformed(
            f"Fn::ForEach expansion in '{key}' produced logical IDs that conflict with existing ones: {names}"
        )


def _filled(text: str, placeholder: str, item: str) -> str:
    if text.count(placeholder) * len(item) > TEXT_LIMIT:
        raise Malformed("A loop fills in too long a text")
    return text.replace(placeholder, item)


def _loop_depth(value: object) -> int:
    if isinstance(value, list):
        return max(map(_loop_depth, value), default=0)
    if not isinstance(value, dict):
        return 0
    return max((_entry_depth(key, item) for key, item in value.items()), default=0)


def _entry_depth(key: object, value: object) -> int:
    if not is_loop(key):
        return _loop_depth(value)
    body = value[2] if isinstance(value, list) and len(value) > 2 else None
    return 1 + _loop_depth(body)


def _flat(collection: object) -> Iterator[object]:
    if isinstance(collection, list):
        for item in collection:
            yield from _flat(item)
    else:
        yield collection


def _check_local(item: object) -> None:
    if function_name(item) in ("Fn::GetAtt", "Fn::ImportValue"):
        raise Malformed(
            f"Unable to resolve Fn::ForEach collection locally. The collection uses '{function_name(item)}' "
            "which requires deployed resources and cannot be resolved locally."
        )
    if isinstance(item, str) and _DYNAMIC.search(item):
        raise Malformed(
            "Unable to resolve Fn::ForEach collection locally. The collection uses a dynamic reference, "
            "which requires AWS API calls."
        )


def _without_no_value(value: object, *, top: bool = True) -> object:
    """Without entries that are nothing or `AWS::NoValue`; the policies of a resource are checked later."""
    if isinstance(value, list):
        return [_without_no_value(part, top=top) for part in value if part is not None and part != NO_VALUE]
    if not isinstance(value, dict):
        return value
    if name := function_name(value):
        inner = value[name]
        if isinstance(inner, list):
            return {name: [_without_no_value(part, top=top) for part in inner]}
        return {name: _without_no_value(inner, top=top)} if isinstance(inner, dict) else value
    return {
        key: _without_no_value(part, top=top and key not in _POLICIES)
        for key, part in value.items()
        if (top and key in _POLICIES) or (part is not None and part != NO_VALUE)
    }
