from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError
from tests.sam.project import function, load, resources, target


def depends(name: str, *names: str, metadata: str = "") -> str:
    return function(name, metadata=f"BuildProperties: {{DependsOn: [{', '.join(names)}]}}, {metadata}")


CHILD = "  Child: {Type: AWS::Serverless::Application, Properties: {Location: child.yaml}}\n"


def test_names_become_full_paths(tmp_path: Path) -> None:
    application = load(
        tmp_path,
        {
            "template.yaml": resources(
                depends("A", "B", "Child/In", "Mine", "B"),
                function("B"),
                function("C", metadata="SamResourceId: Mine"),
                CHILD,
            ),
            "child.yaml": resources(depends("In", "B", "A"), function("B")),
        },
    )
    assert target(application, "A").properties.depends_on == ("B", "Child/In", "C")
    assert target(application, "Child/In").properties.depends_on == ("Child/B", "A")


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("Shard", "DependsOn names Shard, which is not in the template", "is Shared meant?"),
        ("zzz", "DependsOn names zzz, which is not in the template", "name a function or layer that make builds"),
        ("Zip", "DependsOn names Zip, which make does not build: its code is a .zip file", None),
        ("Py", "DependsOn names Py, which make does not build: Runtime python3.12 needs the python builder", None),
    ],
)
def test_name_that_is_no_target(tmp_path: Path, name: str, message: str, hint: str | None) -> None:
    python = "  Py: {Type: AWS::Serverless::Function, Properties: {Handler: a, Runtime: python3.12}}\n"
    with pytest.raises(InputError) as caught:
        load(tmp_path, resources(depends("A", name), function("Shared"), function("Zip", "x.zip"), python))
    assert (caught.value.message, caught.value.hint) == (message, hint)
    assert caught.value.rows == (("template", f"{tmp_path}/template.yaml:5"), ("resource", "A"))


def test_two_resources_with_one_identity(tmp_path: Path) -> None:
    same = "SamResourceId: Same"
    with pytest.raises(InputError, match="Two resources have the SamResourceId Same"):
        load(tmp_path, resources(function("A", metadata=same), function("B", metadata=same)))


def test_function_in_the_folder_of_a_stack(tmp_path: Path) -> None:
    child = CHILD.replace("}}\n", "}, Metadata: {SamResourceId: Fn}}\n")
    with pytest.raises(InputError, match="The artifact directory of Fn is also that of another resource"):
        load(tmp_path, {"template.yaml": resources(child, function()), "child.yaml": resources(function("A"))})


def test_function_in_the_place_of_the_output_template(tmp_path: Path) -> None:
    odd = "  template.yaml: {Type: AWS::Lambda::Function, Properties: {Code: src, Handler: a, Runtime: provided}}\n"
    with pytest.raises(InputError, match="also that of another resource"):
        load(tmp_path, resources(odd))


def test_two_stacks_with_one_path(tmp_path: Path) -> None:
    second = CHILD.replace("Child:", "Other:").replace("}}\n", "}, Metadata: {SamResourceId: Child}}\n")
    with pytest.raises(InputError, match="Two nested stacks have the path Child"):
        load(tmp_path, {"template.yaml": resources(CHILD, second), "child.yaml": resources(function("A"))})
