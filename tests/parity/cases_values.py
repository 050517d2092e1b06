"""Values that are computed: parameters, pseudo parameters, intrinsic functions, AWS::Include."""

from __future__ import annotations

from tests.parity.case import Case

CASES = (
    Case(
        "parameters: defaults, overrides, undeclared",
        """
        -- template.yaml --
        Parameters:
          Dir: {Type: String, Default: wrong}
          Method: {Type: String, Default: makefile}
          Runtime: {Type: String, Default: python3.12}
          Quoted: {Type: String, Default: x}
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: !Ref Dir, Handler: a.b, Runtime: !Ref Runtime}
            Metadata: {BuildMethod: !Ref Method}
          B:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: !Sub "${Undeclared}/b", Handler: a.b, Runtime: !Ref Runtime}
            Metadata: {BuildMethod: makefile, Note: !Ref Quoted}
        -- right/Makefile --
        build-A:
            echo A > $(ARTIFACTS_DIR)/a
        -- code/b/Makefile --
        build-B:
            echo B > $(ARTIFACTS_DIR)/b
        """,
        ("--parameter-overrides", "Dir=right Undeclared=code Quoted='two words'"),
        builds=("A", "B"),
    ),
    Case(
        "parameter overrides in the long spelling hide short ones beside them",
        """
        -- template.yaml --
        Parameters: {Dir: {Type: String, Default: code}, Sub: {Type: String}}
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: !Join [/, [!Ref Dir, !Ref Sub]], Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- code/a b/Makefile --
        build-A:
            echo A > $(ARTIFACTS_DIR)/a
        """,
        ("--parameter-overrides", 'Dir=hidden ParameterKey=Sub,ParameterValue="a b"'),
        builds=("A",),
    ),
    Case(
        "parameter overrides as several arguments and from a file",
        """
        -- template.yaml --
        Parameters: {Dir: {Type: String}, Sub: {Type: String}}
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: !Join [/, [!Ref Dir, !Ref Sub]], Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile, List: !Ref List}
        -- parameters.yaml --
        Dir: code
        Sub: wrong
        List: [a, 1, b]
        $include: file://more/parameters.toml
        -- more/parameters.toml --
        Unused = true
        -- code/a/Makefile --
        build-A:
            echo A > $(ARTIFACTS_DIR)/a
        """,
        ("--parameter-overrides", "file://parameters.yaml", "Sub=a"),
        builds=("A",),
    ),
    Case(
        "a Ref to a parameter without a value is the parameter's name",
        """
        -- template.yaml --
        Parameters: {P: {Type: String}}
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: !Ref P, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- P/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/from-P
        """,
        builds=("Fn",),
    ),
    Case(
        "pseudo parameters and --region",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: !Sub "${AWS::Region}/${AWS::AccountId}/${AWS::Partition}-${AWS::StackName}-${AWS::URLSuffix}"
              Handler: a.b
              Runtime: provided
            Metadata: {BuildMethod: makefile, Zones: !GetAZs "", Id: !Ref "AWS::StackId"}
        -- eu-west-1/123456789012/aws-local-localhost/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/here
        """,
        ("--region", "eu-west-1"),
        builds=("Fn",),
    ),
    Case(
        "intrinsic functions in CodeUri",
        """
        -- template.yaml --
        Parameters: {Stage: {Type: String, Default: prod}}
        Conditions:
          IsProd: !Equals [!Ref Stage, prod]
          NotProd: !Not [!Condition IsProd]
        Mappings: {Dirs: {prod: {fn: mapped}}}
        Resources:
          Joined: &fn
            Type: AWS::Serverless::Function
            Properties: {CodeUri: !Join [/, [code, joined]], Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          Mapped:
            <<: *fn
            Properties: {CodeUri: !FindInMap [Dirs, !Ref Stage, fn], Handler: a.b, Runtime: provided}
          Selected:
            <<: *fn
            Properties: {CodeUri: !Select [1, !Split [",", "x,code/selected"]], Handler: a.b, Runtime: provided}
          Chosen:
            <<: *fn
            Properties: {CodeUri: !If [NotProd, nowhere, !If [IsProd, chosen, no]], Handler: a.b, Runtime: provided}
          Encoded:
            <<: *fn
            Properties: {CodeUri: {"Fn::Base64": "code"}, Handler: a.b, Runtime: provided}
          Subbed:
            <<: *fn
            Properties: {CodeUri: !Sub ["${A}/${!Literal}", {A: code}], Handler: a.b, Runtime: provided}
        -- code/joined/Makefile --
        build-Joined:
            touch $(ARTIFACTS_DIR)/joined
        -- mapped/Makefile --
        build-Mapped:
            touch $(ARTIFACTS_DIR)/mapped
        -- code/selected/Makefile --
        build-Selected:
            touch $(ARTIFACTS_DIR)/selected
        -- chosen/Makefile --
        build-Chosen:
            touch $(ARTIFACTS_DIR)/chosen
        -- Y29kZQ==/Makefile --
        build-Encoded:
            touch $(ARTIFACTS_DIR)/encoded
        -- code/${!Literal}/Makefile --
        build-Subbed:
            touch $(ARTIFACTS_DIR)/subbed
        """,
        builds=("Chosen", "Encoded", "Joined", "Mapped", "Selected", "Subbed"),
    ),
    Case(
        "AWS::Include is read from the working directory and kept in the output",
        """
        -- app/template.yaml --
        Resources:
          Fn:
            Type: AWS::Lambda::Function
            Properties:
              Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/fn.yaml}}
            Metadata: {BuildMethod: makefile}
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: x
              DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/api.yaml}}}
        -- parts/fn.yaml --
        Code: included
        Handler: a.b
        Runtime: provided
        -- parts/api.yaml --
        paths: {}
        -- app/included/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/included
        """,
        ("-t", "app/template.yaml"),
        builds=("Fn",),
    ),
    Case(
        "a CodeUri that stays a mapping, or is absent, is the template's directory",
        """
        -- template.yaml --
        Resources:
          Absent:
            Type: AWS::Serverless::Function
            Properties: {Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          Mapping:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: !GetAtt Custom.Path, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          Custom: {Type: Custom::Thing, Properties: {ServiceToken: x}}
        -- Makefile --
        build-%:
            cp -a . $(ARTIFACTS_DIR)/
        """,
        builds=("Absent", "Mapping"),
    ),
    Case(
        "AWS::NoValue as CodeUri",
        """
        -- template.yaml --
        Conditions: {Never: !Equals [a, b]}
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: !If [Never, src, !Ref "AWS::NoValue"], Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/here
        """,
        builds=("Fn",),
    ),
    Case(
        "the region of the environment does not matter",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: !Ref "AWS::Region", Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- us-east-1/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/here
        """,
        env=(("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "eu-west-1")),
        builds=("Fn",),
    ),
)
