"""CloudFormation's intrinsic functions, evaluated as far as that is possible before deployment."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping

from engine.errors import InputError
from engine.sam import pseudo
from engine.sam.cfn_yaml import KeySorted
from engine.sam.symbols import Symbols, Unresolvable, section

TEXT_LIMIT = 1024**2
"""Longest text that an intrinsic may give, in characters."""
PLACEHOLDER_LIMIT = 1000
"""Most different names in one `Fn::Sub`."""
STEP_LIMIT = 2_000_000
"""Most values that are visited in one stack: what fails is tried again at each level, which nests exponentially."""

_PLACEHOLDER = re.compile(r"\$\{(AWS::.*?|[a-zA-Z0-9]*?\.?[a-zA-Z0-9]*?)\}")

Include = Callable[[str], object]
"""Reads the file that an `AWS::Include` names; raises Unresolvable."""


class Resolver:
    """Evaluates the intrinsics of one stack; what cannot be evaluated is left as it is written.

    Follows sam's resolver: a mapping whose *first* key is an intrinsic is that intrinsic, an entry that fails
    stays whole, mappings come out key-sorted when they are written.
    """

    def __init__(self, template: Mapping[object, object], symbols: Symbols, include: Include) -> None:
        self.symbols = symbols
        self._mappings = section(template, "Mappings")
        self._conditions = section(template, "Conditions")
        self._evaluated: dict[str, object] = {}
        self._steps = 0
        self._include = include
        self._functions: dict[object, Callable[[object], object]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Split": self._split,
            "Fn::Select": self._select,
            "Fn::Base64": self._base64,
            "Fn::FindInMap": self._find_in_map,
            "Fn::GetAZs": self._get_azs,
            "Fn::Transform": self._transform,
            "Fn::ImportValue": self._import_value,
            "Fn::If": self._if,
            "Fn::Equals": self._equals,
            "Fn::Not": self._not,
            "Fn::And": self._and,
            "Fn::Or": self._or,
        }

    def entry(self, value: object) -> object:
        """The value of one entry of a mapping: resolved, or as it stands where that fails."""
        try:
            return self.resolve(value)
        except Unresolvable:
            return value

    def resolve(self, value: object) -> object:
        """The value with its intrinsics evaluated.

        Raises Unresolvable where it is an intrinsic, or a list that holds one, that cannot be.
        """
        self._steps += 1
        if self._steps > STEP_LIMIT:
            raise InputError("The template's intrinsic functions are nested so that they cannot be evaluated in time")
        if value is None:
            raise Unresolvable("nothing is given")
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict) or not value:
            return value
        name = next(iter(value))
        if name in self._functions:
            return self._functions[name](value[name])
        return KeySorted((key, self.entry(item) if isinstance(key, str) else item) for key, item in value.items())

    def _ref(self, argument: object) -> object:
        return self.symbols.look_up(_text(self.resolve(argument)), "Ref")

    def _get_att(self, argument: object) -> object:
        name, attribute = _exactly(self.resolve(argument), 2)
        return self.symbols.look_up(_text(name), _text(attribute))

    def _sub(self, argument: object) -> object:
        template, given = _exactly([argument, {}] if isinstance(argument, str) else argument, 2)
        text = _text(self.resolve(template))
        variables = self.resolve(given)
        if not isinstance(given, dict) or not isinstance(variables, dict):
            raise Unresolvable("the variables of Fn::Sub are not a mapping")
        names = dict.fromkeys(_PLACEHOLDER.findall(_bounded(text)))
        if len(names) > PLACEHOLDER_LIMIT:
            raise Unresolvable("Fn::Sub has too many names")
        for name in names:
            text = _bounded(text.replace("${" + name + "}", self._placeholder(variables.get(name, name))))
        return text

    def _placeholder(self, symbol: object) -> str:
        # sam looks the value of a variable up as a name once more: {x: "v1.2"} gives "$v1.2"
        text = _text(symbol)
        name, dot, attribute = text.rpartition(".")
        return str(self.symbols.look_up(name if dot else text, attribute if dot else "Ref", lenient=True))

    def _join(self, argument: object) -> object:
        delimiter, items = _at_least(self.resolve(argument), 2)[:2]
        parts = [_text(self.resolve(item)) for item in _list(self.resolve(items))]
        if sum(map(len, parts)) + len(_text(delimiter)) * len(parts) > TEXT_LIMIT:
            raise Unresolvable("the text is too long")
        return _text(delimiter).join(parts)

    def _split(self, argument: object) -> object:
        delimiter, source = _at_least(self.resolve(argument), 2)[:2]
        if not delimiter:
            raise Unresolvable("the delimiter of Fn::Split is empty")
        return list[object](_text(source).split(_text(delimiter)))

    def _select(self, argument: object) -> object:
        index, items = _at_least(self.resolve(argument), 2)[:2]
        objects = _list(self.resolve(items))
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(objects):
            raise Unresolvable("the index of Fn::Select is not in the list")
        return objects[index]

    def _base64(self, argument: object) -> object:
        return base64.b64encode(_text(self.resolve(argument)).encode()).decode()

    def _find_in_map(self, argument: object) -> object:
        found: object = self._mappings
        for key in map(_text, _exactly(self.resolve(argument), 3)):
            found = found.get(key) if isinstance(found, dict) else None
        if found is None:
            raise Unresolvable("Fn::FindInMap finds nothing")
        return found

    def _get_azs(self, argument: object) -> object:
        zones = pseudo.zones(_text(self.resolve(argument)) or self.symbols.region())
        if zones is None:
            raise Unresolvable("the region of Fn::GetAZs is not known")
        return zones

    def _transform(self, argument: object) -> object:
        parameters = argument.get("Parameters") if isinstance(argument, dict) else None
        if not isinstance(argument, dict) or not isinstance(parameters, dict):
            raise Unresolvable("Fn::Transform has no parameters")
        if self.resolve(argument.get("Name")) != "AWS::Include":
            raise Unresolvable("only the AWS::Include transform is known")
        return self._include(_text(self.resolve(parameters.get("Location"))))

    def _import_value(self, argument: object) -> object:
        raise Unresolvable(f"the export {argument} is only known in the account")

    def _if(self, argument: object) -> object:
        name, when_true, when_false = _exactly(self.resolve(argument), 3)
        if not isinstance(self._conditions.get(_text(name)), dict):
            raise Unresolvable(f"the condition {name} is missing")
        chosen = when_true if _truth(self._condition(_text(name))) else when_false
        for value in (when_true, when_false):
            self.resolve(value)
        return self.resolve(chosen)

    def _equals(self, argument: object) -> object:
        left, right = _exactly(self.resolve(argument), 2)
        return self.resolve(left) == self.resolve(right)

    def _not(self, argument: object) -> object:
        return not self._term(_exactly(self.resolve(argument), 1)[0])

    def _and(self, argument: object) -> object:
        return all(self._term(term) for term in _list(self.resolve(argument)))

    def _or(self, argument: object) -> object:
        return any(self._term(term) for term in _list(self.resolve(argument)))

    def _term(self, term: object) -> bool:
        if isinstance(term, dict) and "Condition" in term:
            return _truth(self._condition(_text(term["Condition"])))
        return _truth(self.resolve(term))

    def _condition(self, name: str) -> object:
        if name not in self._evaluated:
            self._evaluated[name] = None  # what a condition that depends on itself finds
            self._evaluated[name] = self.entry(self._conditions.get(name))
        return self._evaluated[name]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unresolvable(f"{value!r:.80} is not text")
    return value


def _bounded(text: str) -> str:
    if len(text) > TEXT_LIMIT:
        raise Unresolvable("the text is too long")
    return text


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unresolvable(f"{value!r:.80} is neither true nor false")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise Unresolvable(f"{value!r:.80} is not a list")
    return value


def _exactly(value: object, count: int) -> list[object]:
    arguments = _list(value)
    if len(arguments) != count:
        raise Unresolvable(f"{count} arguments are needed, {len(arguments)} are given")
    return arguments


def _at_least(value: object, count: int) -> list[object]:
    arguments = _list(value)
    if len(arguments) < count:
        raise Unresolvable(f"{count} arguments are needed, {len(arguments)} are given")
    return arguments
