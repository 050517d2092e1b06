"""Reading the template: YAML, JSON, Globals."""

from __future__ import annotations

from tests.parity.case import Case, Difference

CASES = (
    Case(
        "one function",
        """
        -- template.yaml --
        AWSTemplateFormatVersion: '2010-09-09'
        Transform: AWS::Serverless-2016-10-31
        Description: a comment is lost # like this one
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.12, MemorySize: 128}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-Fn:
            cp app.py $(ARTIFACTS_DIR)
        -- src/app.py --
        def handler(event, context):
            return event
        """,
        builds=("Fn",),
    ),
    Case(
        "YAML short tags become long functions",
        """
        -- template.yaml --
        Conditions:
          Big: !And [!Not [!Equals [!Ref "AWS::Region", nowhere]], !Or [!Condition Big, !Equals [a, a]]]
        Parameters: {Size: {Type: Number, Default: 1}}
        Mappings: {M: {a: {b: c}}}
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: src
              Handler: app.handler
              Runtime: provided.al2023
              MemorySize: !Ref Size
              Role: !GetAtt Role.Arn
              Description: !Sub ["${A} of ${AWS::StackName}", {A: !Select [0, !Split [",", "x,y"]]}]
              Environment:
                Variables:
                  A: !Join ["", [!FindInMap [M, a, b], !If [Big, x, !Ref "AWS::NoValue"]]]
                  B: !Base64 text
                  C: !ImportValue other-Name
                  D: !Select [0, !GetAZs ""]
                  E: !Cidr [10.0.0.0/16, 2, 8]
            Metadata: {BuildMethod: makefile}
          Role:
            Type: AWS::IAM::Role
            Properties: {AssumeRolePolicyDocument: !Transform {Name: Mine, Parameters: {a: 1}}}
        Outputs:
          Arn: {Value: !GetAtt Fn.Arn, Export: {Name: !Sub "${AWS::StackName}-Fn"}}
        -- src/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/bootstrap
        """,
        builds=("Fn",),
    ),
    Case(
        "YAML 1.1 scalars, anchors and merge keys",
        """
        -- template.yaml --
        x-shared: &shared {Version: 2012-10-17, Stamp: 2001-12-14t21:59:43.10-05:00}
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: &properties
              CodeUri: src
              Handler: app.handler
              Runtime: provided.al2
              Description: "010"
              Tags:
                <<: *shared
                Octal: 010
                Float: 1e3
                Float2: 1.5e+3
                Sexagesimal: 190:20:30
                Empty: ""
                Long: |
                  first
                  second
                Folded: >-
                  one
                  two
                Flag: off
                Hex: 0x1F
            Metadata: &metadata {BuildMethod: makefile}
          Other:
            Type: AWS::Serverless::Function
            Properties: {<<: *properties, Handler: other.handler}
            Metadata: *metadata
        -- src/Makefile --
        build-%:
            echo $@ > $(ARTIFACTS_DIR)/target
        """,
        builds=("Fn", "Other"),
    ),
    Case(
        "two functions are one YAML mapping",
        """
        -- template.yaml --
        Resources:
          Fn: &fn
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: app.handler, Runtime: provided.al2}
            Metadata: {BuildMethod: makefile}
          Other: *fn
        -- src/Makefile --
        build-%:
            echo $@ > $(ARTIFACTS_DIR)/target
        """,
        builds=("Other",),
        differs=Difference("YAML aliases of a whole resource", builds=("Fn", "Other"), paths=(".aws-sam/build/*",)),
    ),
    Case(
        "a JSON template is written as YAML",
        """
        -- template.json --
        {"Transform": "AWS::Serverless-2016-10-31",
         "Resources": {
          "Zed": {"Type": "AWS::Serverless::Function", "Metadata": {"BuildMethod": "makefile", "Author": "é"},
            "Properties": {"Runtime": "provided", "Handler": "bootstrap", "CodeUri": "./zed",
                           "Role": {"Fn::GetAtt": ["Role", "Arn"]}}},
          "Role": {"Type": "AWS::IAM::Role", "Properties": {}}}}
        -- zed/Makefile --
        build-Zed:
            cp bootstrap $(ARTIFACTS_DIR)
        -- zed/bootstrap mode=755 --
        #!/bin/sh
        """,
        builds=("Zed",),
    ),
    Case(
        "template.yml is found, and JSON in a .yaml file read",
        """
        -- template.yml --
        {"Resources": {"Fn": {"Type": "AWS::Serverless::Function", "Metadata": {"BuildMethod": "makefile"},
            "Properties": {"Runtime": "nodejs20.x", "Handler": "index.handler", "CodeUri": "src"}}}}
        -- template.json --
        {"Resources": {}}
        -- src/Makefile --
        build-Fn:
            echo ok > $(ARTIFACTS_DIR)/index.js
        """,
        builds=("Fn",),
    ),
    Case(
        "Globals are merged, and left as they are in the output",
        """
        -- template.yaml --
        Globals:
          Function:
            CodeUri: common
            Handler: app.handler
            Runtime: python3.11
            Timeout: 3
            Environment: {Variables: {STAGE: dev}}
            Tags: {team: a}
        Resources:
          Plain: {Type: AWS::Serverless::Function, Metadata: {BuildMethod: makefile}}
          Own:
            Type: AWS::Serverless::Function
            Metadata: {BuildMethod: makefile}
            Properties: {CodeUri: own, Environment: {Variables: {X: "1"}}}
          NoProperties: {Type: AWS::Serverless::Function, Metadata: {BuildMethod: makefile}, Properties: {}}
        -- common/Makefile --
        build-%:
            echo common $@ > $(ARTIFACTS_DIR)/text
        -- own/Makefile --
        build-Own:
            echo own > $(ARTIFACTS_DIR)/text
        """,
        builds=("NoProperties", "Own", "Plain"),
    ),
)
