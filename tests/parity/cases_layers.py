"""Layers, and the identities of resources: CDK metadata, SamResourceId."""

from __future__ import annotations

from tests.parity.case import Case

CASES = (
    Case(
        "layers of both types, and one without BuildMethod",
        """
        -- template.yaml --
        Resources:
          Serverless:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: layer, LayerName: named, CompatibleRuntimes: [python3.12, python3.11]}
            Metadata: {BuildMethod: makefile}
          Lambda:
            Type: AWS::Lambda::LayerVersion
            Properties: {Content: layer, CompatibleRuntimes: [provided]}
            Metadata: {BuildMethod: makefile}
          Plain:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: plain}
          Zipped:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: layer.zip}
            Metadata: {BuildMethod: makefile}
          Skipped:
            Type: AWS::Lambda::LayerVersion
            Properties: {Content: layer}
            Metadata: {BuildMethod: makefile, SkipBuild: true}
          Remote:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: "s3://bucket/key"}
            Metadata: {BuildMethod: makefile}
          RemoteMapping:
            Type: AWS::Lambda::LayerVersion
            Properties: {Content: {S3Bucket: bucket, S3Key: key}}
            Metadata: {BuildMethod: makefile}
        -- layer/Makefile --
        build-Serverless:
            mkdir -p $(ARTIFACTS_DIR)/python
            cp lib.py $(ARTIFACTS_DIR)/python
        build-Lambda:
            cp lib.py $(ARTIFACTS_DIR)
        -- layer/lib.py --
        -- plain/lib.py --
        """,
        builds=("Lambda", "Serverless"),
    ),
    Case(
        "layer architectures are warned of",
        """
        -- template.yaml --
        Resources:
          Fake:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: layer, CompatibleArchitectures: [fake]}
            Metadata: {BuildMethod: makefile, BuildArchitecture: fake}
          Other:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: layer, CompatibleArchitectures: [x86_64]}
            Metadata: {BuildMethod: makefile, BuildArchitecture: arm64}
          Fine:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: layer, CompatibleArchitectures: [x86_64, arm64]}
            Metadata: {BuildMethod: makefile, BuildArchitecture: arm64}
        -- layer/Makefile --
        build-%:
            touch $(ARTIFACTS_DIR)/$@
        """,
        builds=("Fake", "Fine", "Other"),
        says=(
            "WARNING: `fake` in Layer `Fake` is not a valid architecture.",
            "WARNING: Layer 'Other' has BuildArchitecture arm64, which is not listed in CompatibleArchitectures",
        ),
    ),
    Case(
        "CDK metadata names the code and the resource",
        """
        -- template.yaml --
        Resources:
          FnABCDEF12:
            Type: AWS::Lambda::Function
            Properties: {Code: {S3Bucket: cdk, S3Key: asset.zip}, Handler: a.b, Runtime: provided.al2}
            Metadata:
              "aws:cdk:path": Stack/Fn/Resource
              "aws:asset:path": asset.1234
              "aws:asset:property": Code
              BuildMethod: makefile
          Absolute:
            Type: AWS::Lambda::Function
            Properties: {Code: {S3Bucket: cdk, S3Key: asset.zip}, Handler: a.b, Runtime: provided.al2}
            Metadata: {"aws:cdk:path": Stack/Abs/Resource, "aws:asset:path": "@ROOT@/asset.1234",
                       "aws:asset:property": Code}
          Nested:
            Type: AWS::Lambda::LayerVersion
            Properties: {Content: {S3Bucket: cdk, S3Key: asset.zip}}
            Metadata: {"aws:cdk:path": Stack/Layer/Resource, "aws:asset:path": asset.1234,
                       "aws:asset:property": Content, BuildMethod: makefile}
        -- asset.1234/Makefile --
        build-%:
            touch $(ARTIFACTS_DIR)/$@
        """,
        builds=("Absolute", "FnABCDEF12", "Nested"),
    ),
    Case(
        "SamResourceId is neither the target nor the folder",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile, SamResourceId: Custom, Zulu: 1, Alpha: {b: 1, a: 2}}
        -- src/Makefile --
        build-%:
            touch $(ARTIFACTS_DIR)/$@
        """,
        builds=("Fn",),
    ),
    Case(
        "a function's Layers, by Ref, by name and from elsewhere",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: src
              Handler: a.b
              Runtime: provided
              Layers: [!Ref Layer, "arn:aws:lambda:us-east-1:111122223333:layer:other:1", !Ref Missing]
            Metadata: {BuildMethod: makefile}
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: src}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-Fn:
            test -e $(ARTIFACTS_DIR)/../Layer/layer
            touch $(ARTIFACTS_DIR)/fn
        build-Layer:
            touch $(ARTIFACTS_DIR)/layer
        """,
        builds=("Fn", "Layer"),
    ),
)
