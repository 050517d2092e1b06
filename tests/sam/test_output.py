from __future__ import annotations

import os
from pathlib import Path

import yaml

from engine.sam.output import output_template
from tests.sam.project import function, load, rendered, resources, write

APPLICATION = {
    "template.yaml": "Globals: {Function: {Timeout: 3}}\nParameters: {P: {Type: String, Default: v}}\n"
    + resources(
        function("Fn", metadata="Z: !Ref P, A: {b: 1, a: !GetAtt X.Y}", more="Environment: {Variables: {P: !Ref P}}"),
        function("Other", "lib/other"),
        "  Api: {Type: AWS::Serverless::Api, Properties: {StageName: '010', DefinitionUri: api/openapi.yaml}}\n",
        "  Lay: {Type: AWS::Lambda::LayerVersion, Properties: {Content: lay}, Metadata: {BuildMethod: makefile}}\n",
        "  Child: {Type: AWS::Serverless::Application, Properties: {Location: child/template.yaml}}\n",
        "  Cfn:\n    Type: AWS::CloudFormation::Stack\n    Metadata: {SamResourceId: Kid}\n"
        "    Properties: {TemplateURL: child/template.yaml}\n",
    ),
    "child/template.yaml": resources(
        function("In"), "  Api: {Type: AWS::Serverless::HttpApi, Properties: {DefinitionUri: api.yaml}}\n"
    ),
}


def test_built_resources_point_at_their_artifacts(tmp_path: Path) -> None:
    output = rendered(load(tmp_path, APPLICATION), "Fn", "Lay", "Child/In")
    root = output["template.yaml"]["Resources"]
    assert root["Fn"]["Properties"]["CodeUri"] == "Fn"
    assert root["Fn"]["Properties"]["Environment"] == {"Variables": {"P": {"Ref": "P"}}}
    assert root["Lay"]["Properties"]["Content"] == "Lay"
    assert output["Child/template.yaml"]["Resources"]["In"]["Properties"]["CodeUri"] == "In"
    assert output["Kid/template.yaml"]["Resources"]["In"]["Properties"]["CodeUri"] == "../../../child/src"


def test_metadata_of_built_resources_is_evaluated(tmp_path: Path) -> None:
    root = rendered(load(tmp_path, APPLICATION), "Fn")["template.yaml"]["Resources"]
    assert root["Fn"]["Metadata"] == {
        "BuildMethod": "makefile",
        "Z": "v",
        "A": {"b": 1, "a": {"Fn::GetAtt": ["X", "Y"]}},
        "SamResourceId": "Fn",
    }
    assert list(root["Fn"]["Metadata"]) == ["A", "BuildMethod", "SamResourceId", "Z"]
    assert root["Other"]["Metadata"] == {"BuildMethod": "makefile"}


def test_everything_else_is_moved_and_otherwise_as_written(tmp_path: Path) -> None:
    root = rendered(load(tmp_path, APPLICATION))["template.yaml"]
    assert root["Globals"] == {"Function": {"Timeout": 3}}
    assert root["Resources"]["Other"]["Properties"]["CodeUri"] == "../../lib/other"
    assert root["Resources"]["Api"]["Properties"] == {"StageName": "010", "DefinitionUri": "../../api/openapi.yaml"}
    assert list(root["Resources"]) == ["Fn", "Other", "Api", "Lay", "Child", "Cfn"]


def test_nested_stacks_point_at_their_output(tmp_path: Path) -> None:
    output = rendered(load(tmp_path, APPLICATION))
    assert list(output) == ["template.yaml", "Child/template.yaml", "Kid/template.yaml"]
    root = output["template.yaml"]["Resources"]
    assert root["Child"]["Properties"] == {"Location": "Child/template.yaml"}
    assert root["Child"]["Metadata"] == {"SamResourceId": "Child"}
    assert root["Cfn"]["Properties"] == {"TemplateURL": "Kid/template.yaml"}
    assert output["Child/template.yaml"]["Resources"]["Api"]["Properties"] == {
        "DefinitionUri": "../../../child/api.yaml"
    }


def test_package_type_that_is_no_text_keeps_the_source(tmp_path: Path) -> None:
    text = "Parameters: {T: {Type: String, Default: Zip}}\n" + resources(function(more="PackageType: !Ref T"))
    root = rendered(load(tmp_path, text), "Fn")["template.yaml"]["Resources"]
    assert root["Fn"]["Properties"]["CodeUri"] == "../../src"


def test_symlinked_artifact_is_resolved(tmp_path: Path) -> None:
    application = load(tmp_path, resources(function()))
    (tmp_path / ".aws-sam/build").mkdir(parents=True)
    (tmp_path / ".aws-sam/build/Fn").symlink_to("../store/x")
    assert rendered(application, "Fn")["template.yaml"]["Resources"]["Fn"]["Properties"]["CodeUri"] == "../store/x"


def test_properties_that_aliases_share_do_not_mix(tmp_path: Path) -> None:
    text = """
    Resources:
      A:
        Type: AWS::Serverless::Function
        Metadata: &m {BuildMethod: makefile}
        Properties: &p {CodeUri: src, Handler: a}
      B: {Type: AWS::Serverless::Function, Metadata: *m, Properties: *p}
      C: {Type: AWS::Serverless::Function, Metadata: {SkipBuild: true}, Properties: *p}
    """
    root = rendered(load(tmp_path, text), "A", "B")["template.yaml"]["Resources"]
    assert [root[name]["Properties"]["CodeUri"] for name in "ABC"] == ["A", "B", "../../src"]
    assert [root[name]["Metadata"].get("SamResourceId") for name in "ABC"] == ["A", "B", None]


def test_docker_context_counts_from_the_template_unless_there_is_a_base_dir(tmp_path: Path) -> None:
    text = resources(function(metadata="DockerContext: ctx"))
    for base_dir, context in ((None, f"{tmp_path}/ctx"), (str(tmp_path), "ctx")):
        root = rendered(load(tmp_path, text, base_dir=base_dir), "Fn")["template.yaml"]["Resources"]
        assert root["Fn"]["Metadata"]["DockerContext"] == context


def test_json_comes_out_as_yaml(tmp_path: Path) -> None:
    files = {"t.json": '{"Resources": {"B": {"Type": "X"}, "A": {"Type": "Y"}}}'}
    application = load(tmp_path, files, template=str(tmp_path / "t.json"))
    assert application.render({}) == {
        f"{tmp_path}/.aws-sam/build/template.yaml": b"Resources:\n  B:\n    Type: X\n  A:\n    Type: Y\n"
    }


def test_template_elsewhere_and_a_symlinked_build_dir(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write(tmp_path, {"app/template.yaml": resources(function())})
    build_dir = str(tmp_path / "link/build")
    application = load(tmp_path, {}, template=str(tmp_path / "app/template.yaml"), build_dir=build_dir)
    (data,) = application.render({}).values()
    assert yaml.safe_load(data)["Resources"]["Fn"]["Properties"]["CodeUri"] == "../../app/src"


def test_place_of_an_output_template() -> None:
    assert output_template("/b", "") == os.path.join("/b", "template.yaml")
    assert output_template("/b", "Child/Grand") == "/b/Child/Grand/template.yaml"
