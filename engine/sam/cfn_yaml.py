"""YAML 1.1 with CloudFormation's short tags, built without recursion and within limits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import yaml

DEPTH_LIMIT = 100
"""Deepest nesting of mappings and lists."""
EXPANSION_LIMIT = 2_000_000
"""Most values and keys of one template after its aliases are expanded, as the output template expands them.
A long text counts once more for every 32 characters."""

_NUMBER_LIMIT = 1000
"""Most characters of a number. To read or write thousands of digits takes time that grows with their square."""
_OLD_SCALAR = re.compile(r"(?i:yes|no|on|off)|0[0-9]+|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
"""Plain scalars that YAML 1.1 does not read as YAML 1.2 does."""
_CORE = "tag:yaml.org,2002:"
_NUMBERS = (_CORE + "int", _CORE + "float")


class KeySorted(dict[object, object]):
    """A mapping that `sam build` writes with its keys sorted; plain dicts keep the order of the template."""


class DocumentError(Exception):
    """What is wrong with a document, with the 1-based line and column where they are known."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class _Mark(Protocol):
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


def parse_yaml(text: str, *, version_1_2: bool = False) -> object:
    """The one document in `text` as plain data, None where it is empty.

    With `version_1_2` plain scalars are read as in YAML 1.2: `yes` is text, `010` is ten and `1:30` is text.
    Raises DocumentError.
    """
    import yaml

    try:
        return _Builder(text, version_1_2).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = ", ".join(part for part in (error.context, error.problem) if part)
        raise _at(mark, message or str(error)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise DocumentError(f"{error.reason} (character #x{_code(error.character):04x})", line) from None
    except yaml.YAMLError as error:
        raise DocumentError(str(error)) from None


def _code(character: object) -> int:
    if isinstance(character, int):
        return character
    return ord(character[:1] or "\0") if isinstance(character, str) else 0


def _at(mark: _Mark | None, message: str) -> DocumentError:
    if mark is None:
        return DocumentError(message)
    return DocumentError(message, mark.line + 1, mark.column + 1)


class _Frame:
    """A mapping or list that is being read: `items` alternates keys and values in a mapping."""

    __slots__ = ("anchor", "is_mapping", "items", "mark", "size", "tag")

    def __init__(self, event: yaml.CollectionStartEvent, is_mapping: bool) -> None:
        self.is_mapping = is_mapping
        self.tag: str | None = event.tag
        self.anchor: str | None = event.anchor
        self.mark: _Mark | None = event.start_mark
        self.items: list[object] = []
        self.size = 1


class _Merge:
    """The plain key `<<`."""


_MERGE = _Merge()
_OPEN = object()


class _Builder:
    """Builds plain data from parser events with a stack of its own, so that no nesting exhausts Python's."""

    def __init__(self, text: str, version_1_2: bool) -> None:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._yaml = yaml
        self._parser = loader(text)
        self._frames: list[_Frame] = []
        self._anchors: dict[str, tuple[object, int]] = {}
        self._plain: dict[str, object] = {"<<": _MERGE}
        self._root: list[object] = []
        self._version_1_2 = version_1_2

    def build(self) -> object:
        """The document's value, None for an empty stream."""
        events = self._yaml.events
        scalar, alias = events.ScalarEvent, events.AliasEvent
        mapping_start, sequence_start = events.MappingStartEvent, events.SequenceStartEvent
        ends = (events.MappingEndEvent, events.SequenceEndEvent)
        while (event := self._parser.get_event()) is not None:
            if isinstance(event, scalar):
                self._keep(event.anchor, self._scalar(event), 1 + len(event.value) // 32)
            elif isinstance(event, ends):
                self._close()
            elif isinstance(event, mapping_start):
                self._open(_Frame(event, True))
            elif isinstance(event, sequence_start):
                self._open(_Frame(event, False))
            elif isinstance(event, alias):
                self._alias(event)
            elif isinstance(event, events.DocumentStartEvent) and self._root:
                raise _at(event.start_mark, "expected a single document in the stream, but found another document")
        return self._root[0] if self._root else None

    def _open(self, frame: _Frame) -> None:
        if len(self._frames) >= DEPTH_LIMIT:
            raise _at(frame.mark, f"nested deeper than {DEPTH_LIMIT} levels")
        if frame.anchor is not None:
            self._anchors[frame.anchor] = (_OPEN, 0)
        self._frames.append(frame)

    def _close(self) -> None:
        frame = self._frames.pop()
        if frame.size > EXPANSION_LIMIT:
            raise _at(frame.mark, f"its aliases expand to more than {EXPANSION_LIMIT} values")
        value: object = _mapping(frame) if frame.is_mapping else frame.items
        if frame.tag is not None and frame.tag != "!":
            value = self._tagged(frame, value)
        self._keep(frame.anchor, value, frame.size)

    def _tagged(self, frame: _Frame, value: object) -> object:
        tag = frame.tag or ""
        if tag.startswith("!"):
            return {_intrinsic(tag): KeySorted(value) if isinstance(value, dict) else value}
        if tag == _CORE + ("map" if frame.is_mapping else "seq"):
            return value
        raise _at(frame.mark, f"could not determine a constructor for the tag '{tag}'")

    def _alias(self, event: yaml.AliasEvent) -> None:
        value, size = self._anchors.get(event.anchor or "", (None, 0))
        if value is _OPEN:
            raise _at(event.start_mark, f"the alias '{event.anchor}' is inside its own anchor")
        if not size:
            raise _at(event.start_mark, f"found undefined alias '{event.anchor}'")
        self._add(value, size)

    def _keep(self, anchor: str | None, value: object, size: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (value, size)
        self._add(value, size)

    def _add(self, value: object, size: int) -> None:
        if not self._frames:
            self._root.append("<<" if value is _MERGE else value)
            return
        frame = self._frames[-1]
        frame.size += size
        if value is _MERGE and not (frame.is_mapping and len(frame.items) % 2 == 0):
            value = "<<"
        frame.items.append(value)

    def _scalar(self, event: yaml.ScalarEvent) -> object:
        tag, text = event.tag, event.value
        if tag is not None and tag != "!":
            return self._tagged_scalar(tag, event)
        if not event.implicit[0]:
            return text
        try:
            return self._plain[text]
        except KeyError:
            value = self._plain[text] = self._plain_scalar(event)
            return value

    def _plain_scalar(self, event: yaml.ScalarEvent) -> object:
        tag = self._parser.resolve(self._yaml.ScalarNode, event.value, event.implicit)
        # Timestamps stay text, as in sam's loader; "=" has no meaning in a template.
        if tag in (_CORE + "str", _CORE + "timestamp", _CORE + "value"):
            return event.value
        if self._version_1_2 and _OLD_SCALAR.fullmatch(event.value):
            return int(event.value) if event.value.isdigit() else event.value
        return self._construct(tag, event)

    def _tagged_scalar(self, tag: str, event: yaml.ScalarEvent) -> object:
        text = event.value
        if tag == "!GetAtt":
            return {"Fn::GetAtt": text.split(".", 1)}
        if tag.startswith("!"):
            return {_intrinsic(tag): text}
        return text if tag in (_CORE + "str", _CORE + "timestamp") else self._construct(tag, event)

    def _construct(self, tag: str, event: yaml.ScalarEvent) -> object:
        if tag in _NUMBERS and len(event.value) > _NUMBER_LIMIT:
            raise _at(event.start_mark, f"a number of more than {_NUMBER_LIMIT} digits")
        node = self._yaml.ScalarNode(tag, event.value)
        try:
            return self._parser.construct_object(node)
        except self._yaml.constructor.ConstructorError as error:
            raise _at(event.start_mark, error.problem or str(error)) from None
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):  # what yaml makes of a wrong tag
            raise _at(event.start_mark, f"{event.value!r:.80} is not what its tag says, {tag}") from None


def _intrinsic(tag: str) -> str:
    name = tag[1:]
    return name if name in ("Ref", "Condition") else f"Fn::{name}"


def _mapping(frame: _Frame) -> dict[object, object]:
    keys, values = frame.items[0::2], frame.items[1::2]
    mapping: dict[object, object] = {}
    if any(key is _MERGE for key in keys):
        for key, value in zip(keys, values, strict=True):
            if key is _MERGE:
                mapping.update(_merged(frame, value))
    try:
        mapping.update((key, value) for key, value in zip(keys, values, strict=True) if key is not _MERGE)
    except TypeError:
        raise _at(frame.mark, "found a mapping key that is a list or a mapping") from None
    return mapping


def _merged(frame: _Frame, value: object) -> dict[object, object]:
    """What a merge key brings in; of a list of mappings the first one wins."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise _at(frame.mark, "expected a mapping or list of mappings for merging")
    merged: dict[object, object] = {}
    for part in reversed(value):
        merged.update(part)
    return merged
