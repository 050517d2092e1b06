from __future__ import annotations

from pathlib import Path

import pytest

from engine.sam.search import find_template


@pytest.mark.parametrize(
    ("present", "found"),
    [
        (("template.json", "template.yml", "template.yaml"), "template.yaml"),
        (("template.json", "template.yml"), "template.yml"),
        (("template.json",), "template.json"),
        ((), "template.yml"),
    ],
)
def test_first_of_the_names(tmp_path: Path, present: tuple[str, ...], found: str) -> None:
    for name in present:
        (tmp_path / name).touch()
    assert find_template(str(tmp_path)) == str(tmp_path / found)


def test_given_path_is_taken_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").touch()
    assert find_template(str(tmp_path), "../other/t.yaml") == str(tmp_path.parent / "other/t.yaml")
    assert find_template(str(tmp_path), "/abs.yaml") == "/abs.yaml"
