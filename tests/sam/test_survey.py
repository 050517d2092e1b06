from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError
from tests.sam.project import function, load, resources, target

LAYER = "  {name}: {{Type: AWS::Serverless::LayerVersion, Properties: {{{properties}}}, Metadata: {{{metadata}}}}}\n"


def layer(name: str = "Lay", metadata: str = "BuildMethod: makefile", properties: str = "ContentUri: lay") -> str:
    return LAYER.format(name=name, properties=properties, metadata=metadata)


def resource(kind: str, properties: str, metadata: str = "") -> str:
    return f"  Fn: {{Type: {kind}, Properties: {{{properties}}}, Metadata: {{{metadata}}}}}\n"


def test_target_of_a_function(tmp_path: Path) -> None:
    more = "Architectures: [arm64], FunctionName: called, Layers: [!Ref Lay, 'arn:x', !Ref Unbuilt, !Ref Lay]"
    application = load(
        tmp_path, resources(function(metadata="SamResourceId: Mine", more=more), layer(), layer("Unbuilt", ""))
    )
    fn = target(application)
    assert (fn.full_path, fn.logical_id, fn.resource_id) == ("Fn", "Fn", "Mine")
    assert (fn.kind, fn.resource_type, fn.make_target) == ("function", "AWS::Serverless::Function", "build-Fn")
    assert (fn.runtime, fn.architecture, fn.package_type) == ("provided.al2", "arm64", "Zip")
    assert (fn.function_name, fn.layers, fn.share_key) == ("called", ("Lay",), None)
    assert (fn.template, fn.stack_path) == (f"{tmp_path}/template.yaml", "")


def test_target_of_a_layer(tmp_path: Path) -> None:
    properties = "ContentUri: lay, CompatibleRuntimes: [provided, python3.12], CompatibleArchitectures: [arm64]"
    metadata = "BuildMethod: makefile, BuildArchitecture: arm64"
    lay = target(load(tmp_path, resources(layer(metadata=metadata, properties=properties))), "Lay")
    assert (lay.kind, lay.code_dir, lay.make_target) == ("layer", f"{tmp_path}/lay", "build-Lay")
    assert (lay.architecture, lay.compatible_runtimes) == ("arm64", ("provided", "python3.12"))
    assert (lay.runtime, lay.layers, lay.share_key) == (None, (), None)


@pytest.mark.parametrize(
    ("kind", "properties", "metadata"),
    [
        ("AWS::Serverless::Function", "Handler: a, Runtime: provided", ""),
        ("AWS::Lambda::Function", "Handler: a, Runtime: provided, Code: src", ""),
        ("AWS::Serverless::WebFunction", "Runtime: provided", ""),
        ("AWS::Lambda::LayerVersion", "Content: src", "BuildMethod: makefile"),
        ("AWS::Serverless::Function", "Handler: a, Runtime: python3.12", "BuildMethod: !Sub makefile"),
    ],
)
def test_types_that_are_built(tmp_path: Path, kind: str, properties: str, metadata: str) -> None:
    application = load(tmp_path, resources(resource(kind, properties, metadata)))
    assert target(application).resource_type == kind
    assert [row.state for row in application.candidates] == ["target"]


@pytest.mark.parametrize("code", ["!GetAtt Other.Name", "{Fn::ImportValue: x}", "!Ref AWS::NoValue", "''", "~"])
def test_code_that_is_not_a_path_is_the_folder_of_the_template(tmp_path: Path, code: str) -> None:
    assert target(load(tmp_path, resources(function(code=code)))).code_dir == str(tmp_path)


def test_conditions_do_not_matter(tmp_path: Path) -> None:
    off = "Conditions: {Off: !Equals [a, b]}\n" + resources(
        function().replace("    Prop", "    Condition: 'Off'\n    Prop")
    )
    assert load(tmp_path, off).targets


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (resource("AWS::Serverless::Function", "InlineCode: x, Handler: a, Runtime: provided"), "its code is inline"),
        (resource("AWS::Lambda::Function", "Code: {ZipFile: x}, Handler: a, Runtime: provided"), "its code is inline"),
        (function(code="a/b.zip"), "its code is a .zip file"),
        (function(metadata="SkipBuild: 'false'"), "its metadata says SkipBuild"),
        (function(metadata="aws:asset:is-bundled: true"), "its metadata says SkipBuild"),
        (layer("Fn", ""), "it has no Metadata.BuildMethod"),
        (layer("Fn", properties="ContentUri: x.zip"), "its code is a .zip file"),
        (
            resource("AWS::Serverless::Function", "PackageType: Image"),
            "it is an image without Dockerfile and DockerContext",
        ),
    ],
)
def test_skipped_without_a_word(tmp_path: Path, text: str, reason: str) -> None:
    application = load(tmp_path, resources(text))
    assert (application.targets, application.unsupported, application.warnings) == ((), (), ())
    (row,) = application.candidates
    assert (row.state, row.reason) == ("skipped", reason)
    assert row.is_inline is (reason == "its code is inline")
    assert row.lacks_build_method is (reason == "it has no Metadata.BuildMethod")


@pytest.mark.parametrize(
    ("kind", "properties", "what"),
    [
        ("AWS::Serverless::Function", "CodeUri: s3://b/k, Runtime: provided", "S3 location for CodeUri"),
        ("AWS::Serverless::Function", "CodeUri: {Bucket: b, Key: k}", "S3 location for CodeUri"),
        ("AWS::Lambda::Function", "Code: {S3Bucket: b, S3Key: k}", "S3 location for Code"),
        ("AWS::Lambda::LayerVersion", "Content: {S3Bucket: b, S3Key: k}", "S3 location for Content"),
        (
            "AWS::Serverless::Function",
            "PackageType: Image, ImageUri: 123456789012.dkr.ecr.us-east-1.amazonaws.com/x:y",
            "ECR registry image for ImageUri",
        ),
        (
            "AWS::Lambda::Function",
            "PackageType: Image, Code: {ImageUri: 'localhost:5000/x'}",
            "ECR registry image for Code",
        ),
    ],
)
def test_code_elsewhere_is_skipped_with_a_warning(tmp_path: Path, kind: str, properties: str, what: str) -> None:
    application = load(tmp_path, resources(resource(kind, properties)))
    assert application.candidates == ()
    assert application.warnings == (
        (
            f"The resource {kind} 'Fn' has specified {what}. "
            "It will not be built and SAM CLI does not support invoking it locally."
        ),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            resource("AWS::Serverless::Function", "Handler: a, Runtime: python3.12"),
            "Runtime python3.12 needs the python builder",
        ),
        (resource("AWS::Serverless::Function", "Handler: a"), "it has neither Runtime nor Metadata.BuildMethod"),
        (
            function(more="Architectures: [arm64, x86_64]"),
            "Function Fn property Architectures should be a list of length 1",
        ),
        (
            resource("AWS::Serverless::Function", "PackageType: Image", "Dockerfile: a, DockerContext: b"),
            "PackageType Image needs the docker builder",
        ),
        (function(more="PackageType: zip"), "its PackageType is not Zip or Image"),
        (layer("Fn", "BuildMethod: python3.12"), "BuildMethod python3.12 needs the python builder"),
    ],
)
def test_what_needs_another_builder_is_listed_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    application = load(tmp_path, "# first line\n" + resources(text))
    (row,) = application.unsupported
    assert (row.full_path, row.reason, row.template, row.line) == ("Fn", reason, f"{tmp_path}/template.yaml", 3)
    assert [candidate.state for candidate in application.candidates] == ["unsupported"]


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (resource("AWS::Serverless::Function", "Runtime: provided"), "Could not find handler for function: Fn", 2),
        (resource("AWS::Lambda::Function", "Code: {ZipFile: x}"), "Could not find handler for function: Fn", 2),
        (function(code="5"), "CodeUri must be a path, it is 5", 4),
        (function(code="[a]"), "CodeUri must be a path, it is ['a']", 4),
        (layer(properties="ContentUri: ''"), "ContentUri must be a path, it is ''", 2),
        (layer(properties=""), "Missing required property 'ContentUri'.", 2),
        (function(metadata="ContextPath: !GetAtt A.B"), "Metadata.ContextPath must be a path", 5),
        (function(metadata="WorkingDirectory: 5"), "Metadata.WorkingDirectory must be a path, it is 5", 5),
        (
            "  ../x: {Type: AWS::Lambda::Function, Properties: {Handler: a, Runtime: provided}}\n",
            "cannot name a folder",
            2,
        ),
    ],
)
def test_what_sam_refuses_whatever_is_built(tmp_path: Path, text: str, message: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, resources(text))
    assert message in caught.value.message
    assert caught.value.rows[0] == ("template", f"{tmp_path}/template.yaml:{line}")


@pytest.mark.parametrize(
    ("architecture", "compatible", "warnings"),
    [
        ("x86_64", "", ()),
        ("arm64", ", CompatibleArchitectures: [arm64]", ()),
        (
            "arm64",
            "",
            ("WARNING: Layer 'Lay' has BuildArchitecture arm64, which is not listed in CompatibleArchitectures",),
        ),
        ("fake", ", CompatibleArchitectures: [fake]", ("WARNING: `fake` in Layer `Lay` is not a valid architecture.",)),
    ],
)
def test_architectures_of_a_layer(
    tmp_path: Path, architecture: str, compatible: str, warnings: tuple[str, ...]
) -> None:
    text = layer(
        metadata=f"BuildMethod: makefile, BuildArchitecture: {architecture}", properties=f"ContentUri: lay{compatible}"
    )
    assert load(tmp_path, resources(text)).warnings == warnings


PROVIDED = """\
  {name}:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: src, Handler: {handler}, Runtime: provided{more}}}
    Metadata: {{{metadata}}}
"""


def provided(name: str, metadata: str = "", handler: str = "a", more: str = "") -> str:
    return PROVIDED.format(name=name, handler=handler, more=more, metadata=metadata)


def test_functions_of_one_definition_share_a_key(tmp_path: Path) -> None:
    application = load(
        tmp_path,
        resources(
            provided("A", "x: {b: 1, a: 2}"),
            provided("B", "x: {a: 2, b: 1}, SamResourceId: Bb", handler="other"),
            provided("C", "x: {a: 3, b: 1}"),
            provided("D", "x: {a: 2, b: 1}", more=", Architectures: [arm64]"),
            provided("E", "BuildMethod: provided"),
            provided("F", "BuildMethod: makefile"),
        ),
    )
    keys = [row.share_key for row in application.targets]
    assert keys[0] == keys[1]
    assert len(set(keys[1:5])) == 4
    assert keys[5] is None


def test_globals_reach_functions(tmp_path: Path) -> None:
    text = "Globals: {Function: {CodeUri: shared, Handler: h, Runtime: provided, Layers: [!Ref One]}}\n" + resources(
        "  Fn: {Type: AWS::Serverless::Function, Properties: {Layers: [!Ref Two]}}\n",
        "  Own: {Type: AWS::Serverless::Function, Properties: {CodeUri: own}, IgnoreGlobals: [Layers]}\n",
        layer("One"),
        layer("Two"),
    )
    application = load(tmp_path, text)
    assert (target(application).code_dir, target(application).layers) == (f"{tmp_path}/shared", ("One", "Two"))
    assert (target(application, "Own").code_dir, target(application, "Own").layers) == (f"{tmp_path}/own", ())


def test_names_of_candidates(tmp_path: Path) -> None:
    application = load(
        tmp_path, resources(function(metadata="SamResourceId: Mine", more="FunctionName: called"), layer())
    )
    fn, lay = application.candidates
    assert (fn.full_path, fn.sam_path, fn.names) == ("Fn", "Mine", ("Mine", "Fn", "called"))
    assert (lay.full_path, lay.names, lay.kind) == ("Lay", ("Lay",), "layer")
