from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError
from engine.sam.stack import is_path_component
from tests.sam.project import function, load, resources, target, write

HEAD = "Resources:\n  A: {Type: AWS::Serverless::"
APPLICATION = "  {name}: {{Type: AWS::Serverless::Application, Properties: {{Location: {location}}}}}\n"


def nested(name: str, location: str) -> str:
    return APPLICATION.format(name=name, location=location)


def test_stacks_come_depth_first_in_the_order_of_declaration(tmp_path: Path) -> None:
    application = load(
        tmp_path,
        {
            "template.yaml": resources(nested("One", "a.yaml"), function("Root"), nested("Two", "a.yaml")),
            "a.yaml": resources(function("A"), nested("Deep", "sub/b.yaml")),
            "sub/b.yaml": resources(function("B")),
        },
    )
    assert [row.full_path for row in application.targets] == ["Root", "One/A", "One/Deep/B", "Two/A", "Two/Deep/B"]
    assert target(application, "One/Deep/B").code_dir == f"{tmp_path}/sub/src"
    assert target(application, "One/Deep/B").stack_path == "One/Deep"
    assert application.inputs == (f"{tmp_path}/template.yaml", f"{tmp_path}/a.yaml", f"{tmp_path}/sub/b.yaml")


def test_cloudformation_stack_and_file_url(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/with%20space.yaml"
    application = load(
        tmp_path,
        {
            "template.yaml": resources(
                f"  Child: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: '{url}'}}}}\n"
            ),
            "with space.yaml": resources(function("A")),
        },
    )
    assert [row.full_path for row in application.targets] == ["Child/A"]


def test_id_of_a_stack_names_its_folder(tmp_path: Path) -> None:
    child = nested("Child", "a.yaml").replace("}}\n", "}, Metadata: {SamResourceId: Kid}}\n")
    application = load(tmp_path, {"template.yaml": resources(child), "a.yaml": resources(function("A"))})
    assert [row.full_path for row in application.targets] == ["Kid/A"]


def test_parameters_are_handed_down_and_overrides_are_not(tmp_path: Path) -> None:
    application = load(
        tmp_path,
        {
            "template.yaml": "Parameters: {Dir: {Type: String, Default: d}}\n"
            + resources(
                "  Child:\n    Type: AWS::Serverless::Application\n"
                "    Properties: {Location: a.yaml, Parameters: {Given: !Ref Dir}}\n"
            ),
            "a.yaml": "Parameters: {Given: {Type: String}, Dir: {Type: String, Default: own}}\n"
            + resources(function("A", "!Ref Given"), function("B", "!Ref Dir"), function("C", "!Ref AWS::Region")),
        },
        parameter_overrides=(("Dir", "over"),),
        region="eu-north-1",
    )
    assert [Path(row.code_dir).name for row in application.targets] == ["over", "own", "eu-north-1"]


def test_remote_stacks_are_left_out_with_one_warning(tmp_path: Path) -> None:
    application = load(
        tmp_path,
        resources(
            nested("A", "https://x/y.yaml"), nested("B", "s3://x/y"), nested("C", "{ApplicationId: x}"), function()
        ),
    )
    assert [row.full_path for row in application.targets] == ["Fn"]
    assert application.warnings == (
        (
            "Below nested stacks(s) specify non-local URL(s), which are unsupported:\n- A\n- B\n- C\n"
            "Skipping building resources inside these nested stacks."
        ),
    )


def test_template_that_nests_itself(tmp_path: Path) -> None:
    files = {
        "template.yaml": resources(nested("A", "sub/b.yaml")),
        "sub/b.yaml": resources(nested("B", "../template.yaml")),
    }
    with pytest.raises(InputError, match="A template nests itself") as caught:
        load(tmp_path, files)
    root, child = f"{tmp_path}/template.yaml", f"{tmp_path}/sub/b.yaml"
    assert caught.value.rows == (
        ("template", f"{child}:2"),
        ("resource", "B"),
        ("ring", f"{root} -> {child} -> {root}"),
    )


def test_stacks_are_counted(tmp_path: Path) -> None:
    doubled = {f"t{i}.yaml": resources(nested("A", f"t{i + 1}.yaml"), nested("B", f"t{i + 1}.yaml")) for i in range(12)}
    with pytest.raises(InputError, match="more than 1000 stacks"):
        load(
            tmp_path, {**doubled, "template.yaml": resources(nested("R", "t0.yaml")), "t12.yaml": resources(function())}
        )


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("", "Failed to parse template: the document is empty", None),
        ("- a", "Failed to parse template: the document is not a mapping", None),
        ("A: 1", "'Resources' section is required", None),
        ("Resources: {}", "'Resources' section is required", 1),
        ("Resources: [a]", "'Resources' section is required", 1),
        ("Resources:\n  A: text", "All 'Resources' must be Objects", 2),
        ("Resources:\n  A:", "All 'Resources' must be Objects", 2),
        ("Resources:\n  12: {Type: AWS::Lambda::Function}", "Logical ids must be text", 2),
        ("Resources:\n  A-b: {Type: AWS::Serverless::Function}", "Logical ids must be alphanumeric.", 2),
        (f"{HEAD}Function, Properties: }}", "Properties of a resource must be an object", 2),
        ("Resources:\n  A: {Type: AWS::Serverless::Function, Metadata: x}", "Metadata must be a mapping", 2),
        (f"{HEAD}Function, Properties: {{\nCodeURI: x}}}}", "property CodeURI not defined", 3),
        ("Resources:\n  Fn::ForEach::X: [a, [b], {}]", "expanded only with language extensions", 2),
        ("Globals: []\nResources: {A: {Type: B}}", "'Globals' section is invalid", 1),
        (f"{HEAD}Application, Properties: {{Location: no.yaml}}}}", "Template file not found at ", 2),
        ("Resources:\n  A: {Type: AWS::Serverless::Application}", "has no Location that is a path", 2),
        (
            f"{HEAD}Application, Properties: {{Location: a.yaml}}, Metadata: {{SamResourceId: a/b}}}}",
            "cannot name a folder",
            2,
        ),
    ],
)
def test_what_is_wrong_is_one_error_with_its_place(tmp_path: Path, text: str, message: str, line: int | None) -> None:
    write(tmp_path, {"a.yaml": resources(function())})
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    assert message in caught.value.message
    place = f"{tmp_path}/template.yaml" + ("" if line is None else f":{line}")
    assert caught.value.rows[0] == ("template", place)


@pytest.mark.parametrize(
    ("name", "answer"),
    [("Fn", True), ("é" * 127, True), ("é" * 128, False), ("", False), ("..", False), ("a/b", False), ("a\0", False)],
)
def test_names_that_can_be_folders(name: str, answer: bool) -> None:
    assert is_path_component(name) is answer


def test_included_file_is_relative_to_the_working_directory(tmp_path: Path) -> None:
    template = resources(
        "  Fn:\n    Type: AWS::Lambda::Function\n    Metadata: {BuildMethod: makefile}\n"
        "    Properties: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: part.yaml}}}\n"
    )
    files = {"template.yaml": template, "cwd/part.yaml": "{Code: inc, Handler: a, Runtime: provided}\n"}
    application = load(tmp_path, files, cwd=str(tmp_path / "cwd"))
    assert target(application).code_dir == f"{tmp_path}/inc"
    assert f"{tmp_path}/cwd/part.yaml" in application.inputs


@pytest.mark.parametrize("location", ["missing.yaml", "https://x/y", "bad.yaml"])
def test_include_that_cannot_be_read_is_left_and_watched(tmp_path: Path, location: str) -> None:
    template = resources(
        function(code=f"{{Fn::Transform: {{Name: AWS::Include, Parameters: {{Location: '{location}'}}}}}}")
    )
    application = load(tmp_path, {"template.yaml": template, "bad.yaml": "a: ["})
    assert target(application).code_dir == str(tmp_path)
    assert (f"{tmp_path}/{location}" in application.inputs) is not location.startswith("https")
