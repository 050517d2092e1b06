"""Functions: which are built, with which target, and which share a build."""

from __future__ import annotations

from tests.parity.case import Case

CASES = (
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
        "AWS::Serverless::WebFunction",
        """
        -- template.yaml --
        Resources:
          Web:
            Type: AWS::Serverless::WebFunction
            Properties: {CodeUri: src, EntryPoint: run.sh, Runtime: provided.al2023}
            Metadata: {BuildMethod: makefile}
          Shared:
            Type: AWS::Serverless::WebFunction
            Properties: {CodeUri: src, EntryPoint: run.sh, Runtime: provided.al2023}
          Same:
            Type: AWS::Serverless::WebFunction
            Properties: {CodeUri: src, EntryPoint: run.sh, Runtime: provided.al2023}
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: run.sh, Runtime: provided.al2023}
        -- src/Makefile --
        build-%:
            touch $(ARTIFACTS_DIR)/$@
        """,
        builds=("Fn", "Same", "Shared", "Web"),
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
)
