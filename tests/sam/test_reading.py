from __future__ import annotations

from pathlib import Path

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
