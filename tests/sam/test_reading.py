from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError
from tests.sam.project import function, reading, resources


def test_one_reading_tells_everything(tmp_path: Path) -> None:
    read = reading(tmp_path, resources(function("A"), function("B")))
    assert [stack.path for stack in read.stacks] == [""]
    assert [definition.target.full_path for definition in read.definitions] == ["A", "B"]
    assert [row.full_path for row in read.survey.candidates] == ["A", "B"]
    assert read.inputs == (f"{tmp_path}/template.yaml",)
    assert list(read.render({})) == [f"{tmp_path}/.aws-sam/build/template.yaml"]


def test_overrides_and_region_reach_the_template(tmp_path: Path) -> None:
    read = reading(
        tmp_path,
        resources(function("A", "!Sub '${P}/${AWS::Region}'")),
        parameter_overrides=(("P", "over"),),
        region="eu-west-3",
    )
    assert read.definitions[0].target.code_dir == f"{tmp_path}/over/eu-west-3"


@pytest.mark.parametrize("loops", [False, True])
def test_chain_that_exhausts_the_stack_is_the_template_s_error(tmp_path: Path, loops: bool) -> None:
    rows = "".join(f"  C{i}: !And [!Condition C{i + 1}, !Condition C{i + 1}]\n" for i in range(2000))
    text = f"Transform: AWS::LanguageExtensions\nConditions:\n{rows}  C2000: !Equals [1, 1]\n"
    with pytest.raises(InputError, match="nested too deeply"):
        reading(tmp_path, text + resources(function("A", "!If [C0, a, b]")), language_extensions=loops)


def nested(depth: int, inner: str) -> str:
    return "{a: " * depth + inner + "}" * depth


def test_deepest_output_is_written(tmp_path: Path) -> None:
    text = f"Mappings: {{M: {{a: {{b: {nested(95, 'x')}}}}}}}\n"
    read = reading(tmp_path, text + resources(function("A", metadata=f"V: {nested(90, '!FindInMap [M, a, b]')}")))
    (output,) = read.render({"A": str(tmp_path / "A")}).values()
    assert len(output) > 2 * 95**2
