"""What a path is relative to: the template, the working directory, `--base-dir`; where the build directory is."""

from __future__ import annotations

from tests.parity.case import Case, Difference

CASES = (
    Case(
        "a template elsewhere: code beside it, build directory in the working directory",
        """
        -- deep/app/template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: ../src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- deep/src/Makefile --
        build-Fn:
            cp -a . $(ARTIFACTS_DIR)/
        -- work/notes.txt --
        """,
        ("--template-file", "../deep/app/template.yaml"),
        cwd="work",
        builds=("Fn",),
    ),
    Case(
        "an absolute CodeUri",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: "@ROOT@/src", Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          Skipped:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: "@ROOT@/src", Handler: a.b, Runtime: provided}
            Metadata: {SkipBuild: true}
        -- src/Makefile --
        build-Fn:
            cp -a . $(ARTIFACTS_DIR)/
        """,
        builds=("Fn",),
    ),
    Case(
        "a template that is a link to its neighbour",
        """
        -- template.yaml -> template.prod.yaml --
        -- template.prod.yaml --
        Resources:
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
        "a template that is a link to another directory",
        """
        -- template.yaml -> real/template.yaml --
        -- real/template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- real/src/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/real
        """,
        exit_code=1,
        says=("/project/real/real/src/Makefile",),
        differs=Difference(
            "A template that is a symbolic link to another directory", exit_code=0, builds=("Fn",), says=()
        ),
    ),
    Case(
        "--base-dir replaces the template's directory",
        """
        -- app/template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          Skipped:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {SkipBuild: true}
        -- base/src/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/from-base
        """,
        ("-t", "app/template.yaml", "-s", "base"),
        builds=("Fn",),
    ),
    Case(
        "--base-dir holds for the resources of nested stacks too",
        """
        -- app/template.yaml --
        Resources:
          Child:
            Type: AWS::Serverless::Application
            Properties: {Location: child/template.yaml}
        -- app/child/template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile, ContextPath: make}
        -- base/src/app.txt --
        base
        -- base/make/Makefile --
        build-Fn:
            cp app.txt $(ARTIFACTS_DIR)
        """,
        ("-t", "app/template.yaml", "--base-dir", "base"),
        builds=("Child/Fn",),
    ),
    Case(
        "--manifest is the Makefile of every resource",
        """
        -- app/template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: fn, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: layer}
            Metadata: {BuildMethod: makefile, ContextPath: nowhere}
        -- app/fn/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/wrong
        -- app/layer/text --
        -- work/rules.mk --
        build-%:
            cp -a . $(ARTIFACTS_DIR)/
            echo $(notdir $(MAKEFILE_LIST)) > $(ARTIFACTS_DIR)/makefile
        """,
        ("-t", "../app/template.yaml", "-m", "rules.mk"),
        cwd="work",
        builds=("Fn", "Layer"),
    ),
    Case(
        "a build directory elsewhere",
        """
        -- app/template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          Api:
            Type: AWS::Serverless::Api
            Properties: {StageName: x, DefinitionUri: api.yaml}
        -- app/api.yaml --
        -- app/src/Makefile --
        build-Fn:
            echo $(ARTIFACTS_DIR) > $(ARTIFACTS_DIR)/path
        """,
        ("-b", "../out/of/the/way"),
        cwd="app",
        build_dir="../out/of/the/way",
        builds=("Fn",),
    ),
    Case(
        "an absolute build directory, given in samconfig",
        """
        -- samconfig.toml --
        version = 0.1
        [default.build.parameters]
        build_dir = "@ROOT@/out"
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-Fn:
            echo $(ARTIFACTS_DIR) > $(ARTIFACTS_DIR)/path
        """,
        build_dir="out",
        builds=("Fn",),
    ),
    Case(
        "a build directory reached through a link",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-Fn:
            echo $(ARTIFACTS_DIR) > $(ARTIFACTS_DIR)/path
        -- real/ --
        -- link -> real --
        """,
        ("-b", "link/out"),
        build_dir="real/out",
        builds=("Fn",),
    ),
    Case(
        "a build directory that is a link to an empty one",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          Api:
            Type: AWS::Serverless::Api
            Properties: {StageName: x, DefinitionUri: api.yaml}
        -- api.yaml --
        -- src/Makefile --
        build-Fn:
            echo $(ARTIFACTS_DIR) > $(ARTIFACTS_DIR)/path
        -- elsewhere/out/ --
        -- .aws-sam/build -> ../elsewhere/out --
        """,
        build_dir="elsewhere/out",
        builds=("Fn",),
    ),
)
