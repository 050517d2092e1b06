"""Where in a template a resource or property stands: looked up only when something has to be said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import InputError

if TYPE_CHECKING:
    import yaml

Path = tuple[str | int, ...]
"""Keys and list positions from the root of the document, such as ``("Resources", "Fn", "Metadata")``."""


class Lines:
    """The lines of one template. The file is read and composed at the first question."""

    __slots__ = ("_data", "_path", "_root")

    def __init__(self, template: str, data: bytes | None = None) -> None:
        self._path = template
        self._data = data
        self._root: yaml.Node | bool | None = False

    def line(self, path: Path) -> int | None:
        """1-based line of the deepest part of `path` that the file has; None where not even the first is found."""
        if isinstance(self._root, bool):
            self._root = _compose(self._path, self._data)
        node, line = self._root, None
        for step in path:
            found = None if node is None else _step(node, step)
            if found is None:
                break
            line, node = found
        return line

    def place(self, path: Path) -> str:
        """`file:line`, or the file alone where the line is not known."""
        line = self.line(path)
        return self._path if line is None else f"{self._path}:{line}"

    def error(
        self,
        message: str,
        path: Path,
        *,
        rows: tuple[tuple[str, str], ...] = (),
        hint: str | None = None,
        sam_type: str | None = None,
    ) -> InputError:
        """An error about the part at `path`; its second component names the resource."""
        resource = (("resource", str(path[1])),) if len(path) > 1 and path[0] == "Resources" else ()
        place = ("template", self.place(path))
        return InputError(message, rows=(place, *resource, *rows), hint=hint, sam_type=sam_type)


def locate(template: str, data: bytes | None, path: Path) -> int | None:
    """1-based line of a resource or property in a YAML or JSON template.

    `data` are the template's bytes where they are at hand, else the file is read. None where the file cannot be
    read or parsed, or has no such part; the line of the nearest enclosing part where only the end of `path` is missing.
    """
    return Lines(template, data).line(path)


def _compose(template: str, data: bytes | None) -> yaml.Node | None:
    import yaml

    from engine.sam.cfn_yaml import DocumentError
    from engine.sam.document import parse, read_bytes

    try:
        content = read_bytes(template) if data is None else data
        parse(content)  # the limits on nesting hold before the composer, which recurses, sees the text
        node: yaml.Node | None = yaml.compose(content.decode("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (DocumentError, InputError, yaml.YAMLError):
        return None
    return node


def _step(node: yaml.Node, step: str | int) -> tuple[int, yaml.Node] | None:
    import yaml

    if isinstance(step, int):
        items = node.value if isinstance(node, yaml.SequenceNode) else []
        return (items[step].start_mark.line + 1, items[step]) if step < len(items) else None
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    for key, value in reversed(pairs):
        if key.value == step:
            return key.start_mark.line + 1, value
    return None
