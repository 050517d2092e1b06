"""The output template: every relative local path is made relative to the build directory, all else is kept."""

from __future__ import annotations

from tests.parity.case import Case

CASES = (
    Case(
        "relative paths of every property that names a file",
        """
        -- app/template.yaml --
        Metadata:
          AWS::ServerlessRepo::Application: {Name: n, LicenseUrl: LICENSE, ReadmeUrl: docs/README.md, Author: me}
          Other: {LicenseUrl: LICENSE}
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: layer}
          LambdaLayer:
            Type: AWS::Lambda::LayerVersion
            Properties: {Content: ./layer/}
          Api:
            Type: AWS::Serverless::Api
            Properties: {StageName: x, DefinitionUri: api/openapi.yaml}
          Http:
            Type: AWS::Serverless::HttpApi
            Properties: {DefinitionUri: ../api.yaml}
          Machine:
            Type: AWS::Serverless::StateMachine
            Properties: {DefinitionUri: machine.asl.json, Role: r}
          StepFunction:
            Type: AWS::StepFunctions::StateMachine
            Properties: {DefinitionS3Location: machine.asl.json, RoleArn: r}
          Schema:
            Type: AWS::AppSync::GraphQLSchema
            Properties: {ApiId: x, DefinitionS3Location: schema.graphql}
          Resolver:
            Type: AWS::AppSync::Resolver
            Properties:
              RequestMappingTemplateS3Location: request.vtl
              ResponseMappingTemplateS3Location: response.vtl
              CodeS3Location: resolver.js
          AppSyncFunction:
            Type: AWS::AppSync::FunctionConfiguration
            Properties: {RequestMappingTemplateS3Location: a.vtl, CodeS3Location: code.js}
          GraphQL:
            Type: AWS::Serverless::GraphQLApi
            Properties:
              SchemaUri: schema.graphql
              Functions: {F: {CodeUri: f.js, Runtime: {Name: APPSYNC_JS, Version: 1.0.0}}}
              Resolvers: {Query: {q: {CodeUri: q.js}}}
              Auth: {Type: API_KEY}
          Rest:
            Type: AWS::ApiGateway::RestApi
            Properties: {BodyS3Location: api/openapi.yaml}
          RestV2:
            Type: AWS::ApiGatewayV2::Api
            Properties: {BodyS3Location: api/v2.yaml}
          Beanstalk:
            Type: AWS::ElasticBeanstalk::ApplicationVersion
            Properties: {SourceBundle: bundle.zip, ApplicationName: a}
          Module:
            Type: AWS::CloudFormation::ModuleVersion
            Properties: {ModulePackage: module.zip, ModuleName: a}
          ResourceVersion:
            Type: AWS::CloudFormation::ResourceVersion
            Properties: {SchemaHandlerPackage: handler.zip, TypeName: a}
          StackSet:
            Type: AWS::CloudFormation::StackSet
            Properties: {TemplateURL: set/template.yaml, StackSetName: a}
          Glue:
            Type: AWS::Glue::Job
            Properties: {Command: {Name: glueetl, ScriptLocation: jobs/job.py}, Role: r}
          Include:
            Type: AWS::S3::Bucket
            Properties:
              Tags: {"Fn::Transform": {Name: AWS::Include, Parameters: {Location: parts/tags.yaml}}}
          Unknown:
            Type: AWS::Thing::Unknown
            Properties: {CodeUri: src, TemplateURL: x.yaml}
        -- app/parts/tags.yaml --
        []
        -- app/src/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/built
        -- parts/tags.yaml --
        []
        """,
        ("-t", "app/template.yaml"),
        builds=("Fn",),
    ),
    Case(
        "S3, URLs, absolute paths and computed values are kept",
        """
        -- template.yaml --
        Metadata:
          AWS::ServerlessRepo::Application: {LicenseUrl: "s3://bucket/LICENSE", ReadmeUrl: "@ROOT@/README.md"}
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          Api:
            Type: AWS::Serverless::Api
            Properties: {StageName: x, DefinitionUri: "s3://bucket/api.yaml"}
          Http:
            Type: AWS::Serverless::HttpApi
            Properties: {DefinitionUri: {Bucket: b, Key: k}}
          Absolute:
            Type: AWS::Serverless::Api
            Properties: {StageName: x, DefinitionUri: "@ROOT@/api.yaml"}
          Computed:
            Type: AWS::Serverless::Api
            Properties: {StageName: x, DefinitionUri: !Sub "${AWS::Region}/api.yaml"}
          Url:
            Type: AWS::CloudFormation::StackSet
            Properties: {TemplateURL: "https://example.com/template.yaml", StackSetName: a}
          Empty:
            Type: AWS::Serverless::Api
            Properties: {StageName: x}
          Bucket: {Type: AWS::S3::Bucket}
        -- src/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/built
        """,
        builds=("Fn",),
    ),
    Case(
        "an image function is left alone",
        """
        -- template.yaml --
        Resources:
          Image:
            Type: AWS::Serverless::Function
            Properties: {PackageType: Image, ImageUri: 123456789012.dkr.ecr.us-east-1.amazonaws.com/image:tag}
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/built
        """,
        builds=("Fn",),
    ),
    Case(
        "keys keep their order, text its quotes, Metadata of what is built is sorted",
        """
        -- template.yaml --
        # a comment
        Outputs:
          Zeta: {Value: "1"}
          Alpha: {Value: !Ref Fn, Description: "colon: and # hash"}
        Zed: {Version: "2012-10-17", Number: 1.10, Text: "1.10", Yes: "yes", Null: null, Empty: {}, List: []}
        Resources:
          Fn:
            Metadata: {Zulu: {b: [3, 1], a: 0.5}, BuildMethod: makefile, Alpha: "é ☃", Stage: !Ref AWS::Region}
            Type: AWS::Serverless::Function
            DeletionPolicy: Retain
            Properties:
              Runtime: provided
              Description: |
                several
                lines
              Handler: a.b
              CodeUri: src
            DependsOn: [Other]
          Other:
            Metadata: {Zulu: 1, Alpha: !Ref AWS::Region}
            Type: AWS::S3::Bucket
        Transform: [AWS::Serverless-2016-10-31]
        Parameters:
          Long: {Type: String, Default: "a very long text of many words that the writer of YAML folds, as its line
                 is too long for it to stand in one line of eighty columns"}
        -- src/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/built
        """,
        builds=("Fn",),
    ),
)
