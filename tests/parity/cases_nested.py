"""Nested stacks: Application and Stack, file URLs, the same child twice, parameters handed down, remote ones."""

from __future__ import annotations

from tests.parity.case import EARLY, Case

CHILD = """
        -- child/template.yaml --
        Parameters: {Dir: {Type: String, Default: src}}
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: !Ref Dir, Handler: a.b, Runtime: provided, Layers: [!Ref Layer]}
            Metadata: {BuildMethod: makefile}
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: src}
            Metadata: {BuildMethod: makefile}
          Api:
            Type: AWS::Serverless::Api
            Properties: {StageName: x, DefinitionUri: api.yaml}
        -- child/api.yaml --
        -- child/src/Makefile --
        build-%:
            echo $@ > $(ARTIFACTS_DIR)/target
        -- child/other/Makefile --
        build-Fn:
            echo other > $(ARTIFACTS_DIR)/target
"""

CASES = (
    Case(
        "nested stacks of both types, and the same child twice",
        """
        -- template.yaml --
        Resources:
          App:
            Type: AWS::Serverless::Application
            Properties: {Location: child/template.yaml}
          Stack:
            Type: AWS::CloudFormation::Stack
            Properties: {TemplateURL: ./child/template.yaml}
          Again:
            Type: AWS::Serverless::Application
            Properties: {Location: ./child/../child/template.yaml}
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: child/src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        """
        + CHILD,
        builds=("Again/Fn", "Again/Layer", "App/Fn", "App/Layer", "Fn", "Stack/Fn", "Stack/Layer"),
    ),
    Case(
        "a file URL and an absolute path",
        """
        -- template.yaml --
        Resources:
          App:
            Type: AWS::Serverless::Application
            Properties: {Location: "file://@ROOT@/child/template.yaml"}
          Stack:
            Type: AWS::CloudFormation::Stack
            Properties: {TemplateURL: "@ROOT@/child/template.yaml"}
        """
        + CHILD,
        builds=("App/Fn", "App/Layer", "Stack/Fn", "Stack/Layer"),
    ),
    Case(
        "two levels, each beside its own template",
        """
        -- template.yaml --
        Resources:
          Middle:
            Type: AWS::Serverless::Application
            Properties: {Location: middle/nested.yaml}
        -- middle/nested.yaml --
        Resources:
          Inner:
            Type: AWS::CloudFormation::Stack
            Properties: {TemplateURL: ../child/template.yaml}
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: code, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- middle/code/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/middle
        """
        + CHILD,
        builds=("Middle/Fn", "Middle/Inner/Fn", "Middle/Inner/Layer"),
    ),
    Case(
        "parameters are handed down, overrides are not",
        """
        -- template.yaml --
        Parameters: {Dir: {Type: String, Default: nowhere}}
        Resources:
          Given:
            Type: AWS::Serverless::Application
            Properties: {Location: child/template.yaml, Parameters: {Dir: !Ref Dir}}
          Default:
            Type: AWS::Serverless::Application
            Properties: {Location: child/template.yaml}
        """
        + CHILD,
        ("--parameter-overrides", "Dir=other"),
        builds=("Default/Fn", "Default/Layer", "Given/Fn", "Given/Layer"),
    ),
    Case(
        "remote nested stacks are skipped with a warning",
        """
        -- template.yaml --
        Resources:
          Http:
            Type: AWS::CloudFormation::Stack
            Properties: {TemplateURL: "https://s3.amazonaws.com/bucket/template.yaml"}
          S3:
            Type: AWS::Serverless::Application
            Properties: {Location: "s3://bucket/template.yaml"}
          Computed:
            Type: AWS::CloudFormation::Stack
            Properties: {TemplateURL: !GetAtt Bucket.Url}
          Local:
            Type: AWS::Serverless::Application
            Properties: {Location: child/template.yaml}
        """
        + CHILD,
        builds=("Local/Fn", "Local/Layer"),
        says=("specify non-local URL(s)",),
    ),
    Case(
        "a nested stack with nothing to build",
        """
        -- template.yaml --
        Resources:
          Data:
            Type: AWS::CloudFormation::Stack
            Properties: {TemplateURL: data/template.json}
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- data/template.json --
        {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}
        -- src/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/built
        """,
        builds=("Fn",),
    ),
    Case(
        "a stack's SamResourceId is its folder",
        """
        -- template.yaml --
        Resources:
          App:
            Type: AWS::Serverless::Application
            Properties: {Location: child/template.yaml}
            Metadata: {SamResourceId: Renamed}
        """
        + CHILD,
        builds=("Renamed/Fn", "Renamed/Layer"),
    ),
    Case(
        "--build-dir elsewhere with nested stacks",
        """
        -- template.yaml --
        Resources:
          App:
            Type: AWS::Serverless::Application
            Properties: {Location: child/template.yaml}
        """
        + CHILD,
        ("--build-dir", "out"),
        build_dir="out",
        builds=("App/Fn", "App/Layer"),
    ),
    Case(
        "a nested template is missing",
        """
        -- template.yaml --
        Resources:
          App:
            Type: AWS::Serverless::Application
            Properties: {Location: nowhere/template.yaml}
        """,
        exit_code=1,
        differs=EARLY,
        says=("nowhere/template.yaml",),
    ),
    Case(
        "the same child three times, whose artifacts hold their own path",
        """
        -- template.yaml --
        Resources:
          One:
            Type: AWS::Serverless::Application
            Properties: {Location: child/template.yaml}
          Three:
            Type: AWS::Serverless::Application
            Properties: {Location: child/template.yaml}
          Two:
            Type: AWS::Serverless::Application
            Properties: {Location: child/template.yaml}
        """
        + CHILD.replace("echo $@ >", "echo $(ARTIFACTS_DIR) >"),
        builds=("One/Fn", "One/Layer", "Three/Fn", "Three/Layer", "Two/Fn", "Two/Layer"),
    ),
)
