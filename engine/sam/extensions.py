"""The intrinsic functions as the `AWS::LanguageExtensions` transform evaluates them, before anything else does.

Source: the transform's documentation and sam-cli's local expansion. What needs an account is preserved as it stands.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping

from engine.errors import InputError
from engine.sam import pseudo
from engine.sam.intrinsics import STEP_LIMIT, TEXT_LIMIT
from engine.sam.symbols import section

NO_VALUE: dict[object, object] = {"Ref": pseudo.NO_VALUE}

_PRESERVED = ("Fn::GetAtt", "Fn::ImportValue", "Fn::GetAZs", "Fn::Cidr")
_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")
_BOOLEAN_FUNCTIONS = ("Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not", "Condition")

Table = dict[object, object]


class Malformed(Exception):
    """An intrinsic function that the transform refuses; the text is sam's, `path` says where it is found."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.path: tuple[str, ...] = ()


class Extensions:
    """Evaluates the intrinsics of one template under the transform's rules, which are stricter than sam's own."""

    def __init__(self, template: Mapping[object, object], values: Mapping[str, object]) -> None:
        self._parameters = section(template, "Parameters")
        self._mappings = section(template, "Mappings")
        self.conditions: Mapping[object, object] = section(template, "Conditions")
        self._values = values
        self._truths: dict[str, bool] = {}
        self._open: list[str] = []
        self._steps = 0
        self._functions: dict[object, Callable[[object], object]] = {
            "Ref": self._ref,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Split": self._split,
            "Fn::Select": self._select,
            "Fn::Base64": self._base64,
            "Fn::Length": self._length,
            "Fn::FindInMap": self._find_in_map,
            "Fn::ToJsonString": self._to_json_string,
            "Fn::If": self._if,
            "Fn::Equals": self._equals,
            "Fn::And": self._and,
            "Fn::Or": self._or,
            "Fn::Not": self._not,
            "Condition": self._condition,
        }

    def resolve(self, value: object) -> object:
        """The value with its intrinsics evaluated. Raises Malformed."""
        self._steps += 1
        if self._steps > STEP_LIMIT:
            raise InputError("The template's loops and functions expand to more than can be evaluated in time")
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        name = function_name(value)
        if name in _PRESERVED or (name == "Ref" and self._is_resource(value[name])):
            return {name: self.resolve(value[name])}
        if name in self._functions:
            return self._functions[name](value[name])
        return {key: self.resolve(item) for key, item in value.items()}

    def truth(self, name: str) -> bool:
        """The value of a condition. Raises Malformed."""
        if name in self._truths:
            return self._truths[name]
        if name in self._open:
            ring = [*self._open[self._open.index(name) :], name]
            raise Malformed(f"Found circular condition dependency: {' -> '.join(ring)}")
        if name not in self.conditions:
            raise Malformed(f"Condition '{name}' not found")
        self._open.append(name)
        try:
            self._truths[name] = _boolean(self.resolve(self.conditions[name]))
        finally:
            self._open.pop()
        return self._truths[name]

    def parameter(self, name: str) -> object:
        """The value of a parameter, None where it has none; lists in text become lists."""
        declared = self._parameters.get(name)
        default = declared.get("Default") if isinstance(declared, dict) else None
        value = self._values.get(name, default)
        kind = declared.get("Type") if isinstance(declared, dict) else None
        if isinstance(value, str) and isinstance(kind, str) and ("List<" in kind or kind == "CommaDelimitedList"):
            return [item.strip() for item in value.split(",")]
        return value

    def _is_resource(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        return name not in pseudo.NAMES and name not in self._parameters and name not in self._values

    def _is_open_ref(self, value: object) -> bool:
        """Whether a value is a reference to a parameter without value."""
        name = value.get("Ref") if isinstance(value, dict) and len(value) == 1 else None
        return isinstance(name, str) and (name in pseudo.NAMES or name in self._parameters)

    def _ref(self, argument: object) -> object:
        name = self.resolve(argument) if isinstance(argument, dict) else argument
        if not isinstance(name, str):
            raise Malformed("Ref layout is incorrect")
        value = self.parameter(name)
        return {"Ref": name} if value is None else value

    def _sub(self, argument: object) -> object:
        text, variables = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
        if not isinstance(text, str) or not isinstance(variables, dict):
            raise Malformed("Fn::Sub layout is incorrect")
        if None in variables.values():
            raise Malformed("Fn::Sub variable has null value")
        known = {key: self.resolve(value) for key, value in variables.items()}
        parts: list[str] = []
        size, end = 0, 0
        for match in _PLACEHOLDER.finditer(text):
            parts += (text[end : match.start()], self._placeholder(match, known))
            size, end = size + len(parts[-1]) + len(parts[-2]), match.end()
            if size > TEXT_LIMIT:
                raise Malformed("Fn::Sub gives too long a text")
        return "".join((*parts, text[end:]))

    def _placeholder(self, match: re.Match[str], known: Table) -> str:
        name = match[1]
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        value = known.get(name)
        if value is None and "." not in name:
            declared = self._parameters.get(name)
            default = declared.get("Default") if isinstance(declared, dict) else None
            value = self._values.get(name, default)
        return match[0] if value is None else text_of(value)

    def _join(self, argument: object) -> object:
        delimiter, items = (self.resolve(part) for part in _arguments("Fn::Join", argument, 2))
        if self._is_open_ref(delimiter) or self._is_open_ref(items):
            return {"Fn::Join": [delimiter, items]}
        if not isinstance(delimiter, str) or not isinstance(items, list):
            raise Malformed("Fn::Join layout is incorrect")
        parts = [text_of(item) for item in items]
        if sum(map(len, parts)) + len(delimiter) * len(parts) > TEXT_LIMIT:
            raise Malformed("Fn::Join gives too long a text")
        return delimiter.join(parts)

    def _split(self, argument: object) -> object:
        delimiter, source = (self.resolve(part) for part in _arguments("Fn::Split", argument, 2))
        if not isinstance(delimiter, str):
            raise Malformed("Fn::Split layout is incorrect")
        if not delimiter:
            raise Malformed("Fn::Split delimiter cannot be empty")
        if function_name(source):
            return {"Fn::Split": [delimiter, source]}
        if not isinstance(source, str):
            raise Malformed("Fn::Split layout is incorrect")
        return list[object](source.split(delimiter))

    def _select(self, argument: object) -> object:
        index, items = (self.resolve(part) for part in _arguments("Fn::Select", argument, 2))
        if self._is_open_ref(index) or function_name(items):
            return {"Fn::Select": [index, items]}
        number = int(index) if isinstance(index, str) and index.lstrip("-").isdecimal() else index
        if not isinstance(number, int) or not isinstance(items, list):
            raise Malformed("Fn::Select layout is incorrect")
        if not 0 <= number < len(items):
            raise Malformed("Fn::Select index out of bounds")
        return items[number]

    def _base64(self, argument: object) -> object:
        value = self.resolve(argument)
        if self._is_open_ref(value):
            return {"Fn::Base64": value}
        if not isinstance(value, str):
            raise Malformed("Fn::Base64 layout is incorrect")
        return base64.b64encode(value.encode()).decode()

    def _length(self, argument: object) -> object:
        value = self.resolve(argument)
        if function_name(value):
            return {"Fn::Length": value}
        if not isinstance(value, list):
            raise Malformed("Fn::Length layout is incorrect")
        return len(value)

    def _find_in_map(self, argument: object) -> object:
        if not isinstance(argument, list) or len(argument) < 3:
            raise Malformed("Fn::FindInMap layout is incorrect")
        keys, options = [self.resolve(part) for part in argument[:3]], argument[3] if len(argument) > 3 else {}
        if not all(isinstance(key, str) for key in keys):
            if all(isinstance(key, str) or self._is_open_ref(key) for key in keys):
                return {"Fn::FindInMap": [*keys, *argument[3:4]]}
            raise Malformed("Fn::FindInMap layout is incorrect")
        found: object = self._mappings
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if found is not None:
            return found
        if isinstance(options, dict) and "DefaultValue" in options:
            return self.resolve(options["DefaultValue"])
        raise Malformed(f"Fn::FindInMap cannot find key '{keys[2]}' in map '{keys[0]}' under key '{keys[1]}'")

    def _to_json_string(self, argument: object) -> object:
        value = self.resolve(argument) if isinstance(argument, (dict, list)) else None
        if not isinstance(value, (dict, list)):
            raise Malformed("Fn::ToJsonString layout is incorrect")
        return json.dumps(value, separators=(",", ":"))

    def _if(self, argument: object) -> object:
        name, when_true, when_false = _arguments("Fn::If", argument, 3)
        if not isinstance(name, str):
            raise Malformed("Fn::If layout is incorrect")
        chosen = when_true if self.truth(name) else when_false
        return None if chosen == NO_VALUE else self.resolve(chosen)

    def _equals(self, argument: object) -> object:
        left, right = (self.resolve(part) for part in _arguments("Fn::Equals", argument, 2))
        if any(isinstance(side, dict) and not function_name(side) for side in (left, right)):
            raise Malformed("Intrinsic function input type is invalid")
        return _comparable(left) == _comparable(right)

    def _and(self, argument: object) -> object:
        return all(self._term(term) for term in _terms("Fn::And", argument))

    def _or(self, argument: object) -> object:
        return any(self._term(term) for term in _terms("Fn::Or", argument))

    def _not(self, argument: object) -> object:
        return not self._term(_arguments("Fn::Not", argument, 1)[0])

    def _term(self, term: object) -> bool:
        is_literal = isinstance(term, bool) or (isinstance(term, str) and term.lower() in ("true", "false"))
        if not is_literal and function_name(term) not in _BOOLEAN_FUNCTIONS:
            raise Malformed("Conditions can only be boolean operations")
        return _boolean(self.resolve(term))

    def _condition(self, argument: object) -> object:
        if not isinstance(argument, str):
            raise Malformed("Condition layout is incorrect")
        return self.truth(argument)


def function_name(value: object) -> str:
    """The function that a mapping of one key is, such as `Fn::Sub` or `Ref`; empty for any other value."""
    name = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else None
    is_function = isinstance(name, str) and (name.startswith("Fn::") or name in ("Ref", "Condition"))
    return str(name) if is_function else ""


def text_of(value: object) -> str:
    """A value as text in a join or a substitution."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(text_of(item) for item in value)
    return "" if value is None else str(value)


def _arguments(name: str, value: object, count: int) -> list[object]:
    if not isinstance(value, list) or len(value) != count:
        raise Malformed(f"{name} layout is incorrect")
    return value


def _terms(name: str, value: object) -> list[object]:
    if not isinstance(value, list) or not 2 <= len(value) <= 10:
        raise Malformed(f"{name} layout is incorrect")
    return value


def _boolean(value: object) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return bool(value)


def _comparable(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
