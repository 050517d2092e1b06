"""Layers, AWS::Lambda resources, functions that share a build, the choice of what is built at all."""

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
        "AWS::Lambda::Function",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Lambda::Function
            Properties: {Code: src, Handler: a.b, Runtime: provided.al2, Architectures: [arm64], Role: r}
            Metadata: {BuildMethod: makefile}
          NoMethod:
            Type: AWS::Lambda::Function
            Properties: {Code: ./src, Handler: a.b, Runtime: provided.al2, Role: r}
        -- src/Makefile --
        build-%:
            touch $(ARTIFACTS_DIR)/$@
        """,
        builds=("Fn", "NoMethod"),
    ),
    Case(
        "functions with provided and no BuildMethod that share a CodeUri run the first one's target",
        """
        -- template.yaml --
        Resources:
          Second:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided.al2023}
          First:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: ./src/, Handler: other, Runtime: provided.al2023, MemorySize: 512}
          Arm:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided.al2023, Architectures: [arm64]}
          OtherRuntime:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided.al2}
          WithMetadata:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided.al2023}
            Metadata: {Owner: someone}
          WithEnvironment:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided.al2023, Environment: {Variables: {A: b}}}
          WithMethod:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided.al2023}
            Metadata: {BuildMethod: makefile}
          Lambda:
            Type: AWS::Lambda::Function
            Properties: {Code: src, Handler: a.b, Runtime: provided.al2023}
        -- src/Makefile --
        build-%:
            echo $@ > $(ARTIFACTS_DIR)/target
            mkdir -m 700 $(ARTIFACTS_DIR)/private
            ln -s target $(ARTIFACTS_DIR)/link
        """,
        builds=("Arm", "First", "Lambda", "OtherRuntime", "Second", "WithEnvironment", "WithMetadata", "WithMethod"),
    ),
    Case(
        "any runtime with BuildMethod makefile, also none",
        """
        -- template.yaml --
        Resources:
          Python: {Type: AWS::Serverless::Function, Metadata: {BuildMethod: makefile},
                   Properties: {CodeUri: src, Handler: a.b, Runtime: python3.13}}
          Node: {Type: AWS::Serverless::Function, Metadata: {BuildMethod: makefile},
                 Properties: {CodeUri: src, Handler: a.b, Runtime: nodejs22.x}}
          Java: {Type: AWS::Serverless::Function, Metadata: {BuildMethod: makefile},
                 Properties: {CodeUri: src, Handler: a.b, Runtime: java21}}
          Old: {Type: AWS::Serverless::Function, Metadata: {BuildMethod: makefile},
                Properties: {CodeUri: src, Handler: a.b, Runtime: python3.8}}
          Go: {Type: AWS::Serverless::Function, Metadata: {BuildMethod: makefile},
               Properties: {CodeUri: src, Handler: a.b, Runtime: go1.x}}
        -- src/Makefile --
        build-%:
            touch $(ARTIFACTS_DIR)/$@
        """,
        builds=("Go", "Java", "Node", "Old", "Python"),
    ),
    Case(
        "what is not built",
        """
        -- template.yaml --
        Resources:
          Inline:
            Type: AWS::Serverless::Function
            Properties: {InlineCode: "x = 1", Handler: a.b, Runtime: python3.12}
          ZipFile:
            Type: AWS::Lambda::Function
            Properties: {Code: {ZipFile: "x = 1"}, Handler: a.b, Runtime: python3.12}
          Zipped:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: dist/fn.zip, Handler: a.b, Runtime: python3.12}
          S3:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: "s3://bucket/key", Handler: a.b, Runtime: python3.12}
          S3Mapping:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: {Bucket: bucket, Key: key}, Handler: a.b, Runtime: python3.12}
          S3Code:
            Type: AWS::Lambda::Function
            Properties: {Code: {S3Bucket: bucket, S3Key: key}, Handler: a.b, Runtime: python3.12}
          Skipped:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: python3.12}
            Metadata: {SkipBuild: true}
          SkippedByText:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: python3.12}
            Metadata: {SkipBuild: "false", BuildMethod: makefile}
          Bundled:
            Type: AWS::Lambda::Function
            Properties: {Code: src, Handler: a.b, Runtime: python3.12}
            Metadata: {"aws:asset:is-bundled": true, "aws:asset:path": asset, "aws:asset:property": Code}
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: python3.12}
            Metadata: {BuildMethod: makefile, SkipBuild: false}
        -- src/Makefile --
        build-%:
            touch $(ARTIFACTS_DIR)/$@
        """,
        builds=("Fn",),
        says=(
            "The resource AWS::Serverless::Function 'S3' has specified S3 location for CodeUri.",
            "It will not be built and SAM CLI does not support invoking it locally.",
            "The resource AWS::Serverless::Function 'S3Mapping' has specified S3 location for CodeUri.",
            "The resource AWS::Lambda::Function 'S3Code' has specified S3 location for Code.",
        ),
    ),
    Case(
        "a false Condition does not keep a function from being built",
        """
        -- template.yaml --
        Conditions: {Never: !Equals [a, b]}
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Condition: Never
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/built
        """,
        builds=("Fn",),
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
