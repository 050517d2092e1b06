"""Positional identifiers, `-x`, and partial builds in a clean directory."""

from __future__ import annotations

from tests.parity.case import Case

PROJECT = """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided, FunctionName: the-name, Layers: [!Ref Layer]}
            Metadata: {BuildMethod: makefile}
          Other:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: ./src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile, SamResourceId: Identity}
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: src, LayerName: layer-name}
            Metadata: {BuildMethod: makefile}
          Plain:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: src}
          Child:
            Type: AWS::Serverless::Application
            Properties: {Location: child/template.yaml}
          Child2:
            Type: AWS::Serverless::Application
            Properties: {Location: child/template.yaml}
        -- src/Makefile --
        build-%:
            echo $@ > $(ARTIFACTS_DIR)/target
        -- child/template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: ../src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          Inner:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: ../src, Handler: a.b, Runtime: provided, FunctionName: inner-name}
            Metadata: {BuildMethod: makefile}
"""
OTHER_BUILDERS = """
        -- template.yaml --
        Resources:
          Python:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: python3.12}
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: src}
            Metadata: {BuildMethod: nodejs20.x}
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-%:
            echo $@ > $(ARTIFACTS_DIR)/target
"""

CASES = (
    Case("a function's id builds it with its layers", PROJECT, ("Fn",), builds=("Fn", "Layer")),
    Case("a layer's id builds it alone", PROJECT, ("Layer",), builds=("Layer",)),
    Case("a full path", PROJECT, ("Child/Fn",), builds=("Child/Fn",)),
    Case("a bare id of a nested resource names the first stack's", PROJECT, ("Inner",), builds=("Child/Inner",)),
    Case("a FunctionName", PROJECT, ("the-name",), builds=("Fn", "Layer")),
    Case("a FunctionName in a nested stack", PROJECT, ("inner-name",), builds=("Child/Inner",)),
    Case("a SamResourceId", PROJECT, ("Identity",), builds=("Other",)),
    Case("the logical id beside a SamResourceId", PROJECT, ("Other",), builds=("Other",)),
    Case("a LayerName is no identifier of a layer", PROJECT, ("layer-name",), exit_code=1, says=("Possible options",)),
    Case(
        "an unknown id",
        PROJECT,
        ("Fm",),
        exit_code=1,
        says=("Fm not found. Possible options in your template: ", "Unable to find a function or layer with name 'Fm'"),
    ),
    Case("an id of another case of letters", PROJECT, ("fn",), exit_code=1, says=("with name 'fn'",)),
    Case("an id of something that is not built", PROJECT, ("Child",), exit_code=1, says=("with name 'Child'",)),
    Case(
        "the id of a layer without BuildMethod",
        PROJECT,
        ("Plain",),
        exit_code=1,
        says=("Build method missing in layer Plain.",),
    ),
    Case(
        "-x leaves out a name in every stack",
        PROJECT,
        ("-x", "Fn", "--exclude", "Layer"),
        builds=("Child/Inner", "Child2/Inner", "Other"),
    ),
    Case(
        "-x of an unknown name",
        PROJECT,
        ("-x", "Nothing"),
        builds=("Child/Fn", "Child/Inner", "Child2/Fn", "Child2/Inner", "Fn", "Layer", "Other"),
    ),
    Case(
        "-x of the very resource that is asked for",
        PROJECT,
        ("Layer", "-x", "Layer"),
        builds=("Layer",),
        says=("Resource expected to be built, but marked as excluded.\nBuilding anyways...",),
    ),
    Case(
        "-x from samconfig",
        """
        -- samconfig.toml --
        version = 0.1
        [default.build.parameters]
        exclude = ["Fn", "Inner"]
        """
        + PROJECT,
        builds=("Layer", "Other"),
    ),
    Case(
        "everything is left out",
        PROJECT,
        ("-x", "Fn", "-x", "Layer", "-x", "Other", "-x", "Inner"),
    ),
    Case(
        "a template with nothing to build",
        """
        -- template.yaml --
        Resources:
          Bucket: {Type: AWS::S3::Bucket}
        """,
    ),
    Case(
        "functions of other builders are left out by -x",
        OTHER_BUILDERS,
        ("-x", "Python", "-x", "Layer"),
        builds=("Fn",),
    ),
    Case("functions of other builders are not asked for", OTHER_BUILDERS, ("Fn",), builds=("Fn",)),
)
