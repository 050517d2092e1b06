"""`AWS::LanguageExtensions`: loops that make resources, off and on."""

from __future__ import annotations

from tests.parity.case import EARLY, Case

LOOP = """
        -- template.yaml --
        Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
        Parameters: {Names: {Type: CommaDelimitedList, Default: "Alpha,Beta"}}
        Resources:
          Fn::ForEach::Functions:
            - Name
            - !Ref Names
            - ${Name}Function:
                Type: AWS::Serverless::Function
                Properties: {CodeUri: !Sub "code/${Name}", Handler: a.b, Runtime: provided}
                Metadata: {BuildMethod: makefile}
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: code/Alpha, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- code/Alpha/Makefile --
        build-%:
            echo alpha $@ > $(ARTIFACTS_DIR)/target
        -- code/Beta/Makefile --
        build-%:
            echo beta $@ > $(ARTIFACTS_DIR)/target
        -- code/Gamma/Makefile --
        build-%:
            echo gamma $@ > $(ARTIFACTS_DIR)/target
"""
ON = ("--language-extensions",)

CASES = (
    Case("a loop with its extensions on", LOOP, ON, builds=("AlphaFunction", "BetaFunction", "Fn")),
    Case(
        "a loop turned on by the environment",
        LOOP,
        env=(("SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS", "1"),),
        builds=("AlphaFunction", "BetaFunction", "Fn"),
    ),
    Case(
        "a loop over an overridden parameter",
        LOOP,
        (*ON, "--parameter-overrides", "Names=Beta,Gamma"),
        builds=("BetaFunction", "Fn", "GammaFunction"),
    ),
    Case("a loop with its extensions off", LOOP, exit_code=1, differs=EARLY),
    Case(
        "one function of a loop",
        LOOP,
        ("BetaFunction", *ON),
        builds=("BetaFunction",),
    ),
    Case(
        "a loop of one shared CodeUri",
        LOOP.replace('!Sub "code/${Name}"', "code/Alpha"),
        ON,
        builds=("AlphaFunction", "BetaFunction", "Fn"),
    ),
    Case(
        "a loop of layers, and a nested loop",
        """
        -- template.yaml --
        Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
        Resources:
          Fn::ForEach::Layers:
            - Name
            - [One, Two]
            - Layer${Name}:
                Type: AWS::Serverless::LayerVersion
                Properties: {ContentUri: !Sub "layers/${Name}"}
                Metadata: {BuildMethod: makefile}
          Fn::ForEach::Stages:
            - Stage
            - [Dev, Prod]
            - Fn::ForEach::Kinds:
                - Kind
                - [Read, Write]
                - Fn${Stage}${Kind}:
                    Type: AWS::Serverless::Function
                    Properties: {CodeUri: !Sub "${Stage}/${Kind}", Handler: a.b, Runtime: provided}
                    Metadata: {BuildMethod: makefile}
        -- layers/One/Makefile --
        build-%:
            echo one > $(ARTIFACTS_DIR)/text
        -- layers/Two/Makefile --
        build-%:
            echo two > $(ARTIFACTS_DIR)/text
        -- Dev/Read/Makefile --
        build-%:
            echo $@ dev read > $(ARTIFACTS_DIR)/text
        -- Dev/Write/Makefile --
        build-%:
            echo $@ dev write > $(ARTIFACTS_DIR)/text
        -- Prod/Read/Makefile --
        build-%:
            echo $@ prod read > $(ARTIFACTS_DIR)/text
        -- Prod/Write/Makefile --
        build-%:
            echo $@ prod write > $(ARTIFACTS_DIR)/text
        """,
        ON,
        builds=("FnDevRead", "FnDevWrite", "FnProdRead", "FnProdWrite", "LayerOne", "LayerTwo"),
    ),
    Case(
        "Length, ToJsonString and a DefaultValue",
        """
        -- template.yaml --
        Transform: AWS::LanguageExtensions
        Mappings: {Dirs: {a: {dir: mapped}}}
        Resources:
          Default:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: !FindInMap [Dirs, nowhere, dir, {DefaultValue: fallback}]
              Handler: a.b
              Runtime: provided
              MemorySize: {"Fn::Length": [1, 2, 3]}
              Description: {"Fn::ToJsonString": {a: [1, true]}}
            Metadata: {BuildMethod: makefile}
          Mapped:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: !FindInMap [Dirs, a, dir, {DefaultValue: fallback}]
              Handler: a.b
              Runtime: provided
            Metadata: {BuildMethod: makefile}
        -- fallback/Makefile --
        build-%:
            echo fallback > $(ARTIFACTS_DIR)/text
        -- mapped/Makefile --
        build-%:
            echo mapped > $(ARTIFACTS_DIR)/text
        """,
        ON,
        builds=("Default", "Mapped"),
    ),
)
