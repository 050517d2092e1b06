"""A damaged or forged trace costs time, never a build: the next build is right without help."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import xxhash

from engine.errors import BuildError
from tests.build.project import BUILT, MAKEFILE, RESTORED, UP_TO_DATE, Project, function, template

ODD: tuple[Any, ...] = (None, 0, -1, 10**20, "", "x", b"x", (), {}, (1, 2), 1.5, True, ("a",), {"a": 1})
AFTER = {BUILT, RESTORED, UP_TO_DATE}


@pytest.fixture
def two(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    project.write({"src/Makefile": MAKEFILE, "src/app.py": "x", "src/.samignore": "*.md\n"})
    project.write({"template.yaml": template(A=function(), B=function(metadata="BuildProperties: {DependsOn: [A]}"))})
    project.build()
    return project


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, (list, tuple)) else ()
    return [place for key, value in items for place in ((*path, key), *places(value, (*path, key)))]


def replaced(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    if isinstance(node, dict):
        return {**node, path[0]: replaced(node[path[0]], path[1:], value)}
    return (*node[: path[0]], replaced(node[path[0]], path[1:], value), *node[path[0] + 1 :])


def test_a_forged_trace_is_forgotten_at_the_first_misstep(
    two: Project, chance: Random, torture: bool, figure: Callable[[str, int], None]
) -> None:
    """With a checksum that holds, as only another engine of this version's format, or malice, would write it."""
    path = two.state_dir / "trace-v1"
    head = path.read_bytes().index(b"\n") + 1
    count = 3000 if torture else 60
    figure("forged traces", count)
    for _ in range(count):
        data = path.read_bytes()
        content = marshal.loads(data[head + 16 :])
        payload = marshal.dumps(replaced(content, chance.choice(places(content)), chance.choice(ODD)))
        path.write_bytes(data[:head] + xxhash.xxh3_128_digest(payload) + payload)
        try:
            two.build()
        except BuildError:
            path.unlink()  # as its user would do
            assert set(two.build().values()) <= AFTER
        except OSError:
            raise
        except Exception:
            assert not path.exists()
            assert set(two.build().values()) <= AFTER
        assert two.tree("A") == two.tree("B") == {"app.py": b"x"}
        path.unlink()
        assert set(two.build().values()) <= AFTER


@pytest.mark.parametrize("how", ["cut", "longer", "a bit", "empty", "another format", "another python"])
def test_a_damaged_trace_is_an_empty_one(two: Project, how: str) -> None:
    path = two.state_dir / "trace-v1"
    data = path.read_bytes()
    path.write_bytes(
        {
            "cut": data[:-1],
            "longer": data + b"x",
            "a bit": data[:-9] + bytes([data[-9] ^ 1]) + data[-8:],
            "empty": b"",
            "another format": data.replace(b"trace-v1", b"trace-v2", 1),
            "another python": data.replace(b"cpython", b"pypyyyy", 1),
        }[how]
    )
    assert set(two.build().values()) == {RESTORED}
    assert two.warnings == []
    assert set(two.build().values()) == {UP_TO_DATE}
