"""samconfig files, options of the command line, environment variables, what is printed."""

from __future__ import annotations

from tests.parity.case import Case

FUNCTION = """
        -- template.yaml --
        Parameters: {Dir: {Type: String, Default: src}, Other: {Type: String, Default: x}}
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: !Ref Dir, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile, Other: !Ref Other}
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: src, CompatibleRuntimes: [provided]}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-%:
            echo src > $(ARTIFACTS_DIR)/target
        -- one/Makefile --
        build-%:
            echo one > $(ARTIFACTS_DIR)/target
        -- two/Makefile --
        build-%:
            echo two > $(ARTIFACTS_DIR)/target
"""
BOTH = ("Fn", "Layer")
LAYER = """
        -- template.yaml --
        Resources:
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: src}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-%:
            touch $(ARTIFACTS_DIR)/built
"""
OTHER_BUILDERS = """
        -- template.yaml --
        Resources:
          Old:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: nodejs14.x}
            Metadata: {BuildMethod: makefile, SamResourceId: Identity}
          Python:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: python3.12}
        -- src/Makefile --
        build-%:
            touch $(ARTIFACTS_DIR)/built
"""

CASES = (
    Case(
        "samconfig: build over global, unknown keys ignored",
        """
        -- samconfig.toml --
        version = 0.1
        [default.global.parameters]
        parameter_overrides = "Dir=one"
        build_dir = "out"
        stack_name = "ignored"
        [default.build.parameters]
        parameter_overrides = "Dir=two"
        cached = true
        parallel = true
        nonsense = "ignored"
        """
        + FUNCTION,
        build_dir="out",
        builds=BOTH,
    ),
    Case(
        "samconfig: the command line wins, another environment is not read",
        """
        -- samconfig.toml --
        version = 0.1
        [default.build.parameters]
        parameter_overrides = ["Dir=one", "Other=y"]
        [prod.build.parameters]
        parameter_overrides = "Dir=nowhere"
        build_dir = "wrong"
        """
        + FUNCTION,
        ("--parameter-overrides", "Dir=two"),
        builds=BOTH,
    ),
    Case(
        "samconfig: --config-env and --config-file, parameters as a table",
        """
        -- conf/my.toml --
        version = 0.1
        [prod.build.parameters.parameter_overrides]
        Dir = "one"
        Other = 12
        """
        + FUNCTION,
        ("--config-env", "prod", "--config-file", "conf/my.toml"),
        builds=BOTH,
    ),
    Case(
        "samconfig.yaml",
        """
        -- samconfig.yaml --
        version: 0.1
        default:
          build:
            parameters:
              parameter_overrides:
                - Dir=one
                - Other=z
        """
        + FUNCTION,
        builds=BOTH,
    ),
    Case(
        "samconfig is looked for beside the template",
        """
        -- samconfig.toml --
        version = 0.1
        [default.build.parameters]
        build_dir = "wrong"
        -- app/samconfig.toml --
        version = 0.1
        [default.build.parameters]
        build_dir = "right"
        -- app/template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- app/src/Makefile --
        build-%:
            touch $(ARTIFACTS_DIR)/built
        """,
        ("-t", "app/template.yaml"),
        build_dir="right",
        builds=("Fn",),
    ),
    Case(
        "samconfig: template_file and base_dir",
        """
        -- samconfig.toml --
        version = 0.1
        [default.build.parameters]
        template_file = "app.yaml"
        base_dir = "base"
        -- app.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- base/src/Makefile --
        build-%:
            touch $(ARTIFACTS_DIR)/built
        """,
        builds=("Fn",),
    ),
    Case(
        "samconfig without a version",
        """
        -- samconfig.toml --
        [default.build.parameters]
        build_dir = "out"
        """
        + FUNCTION,
        exit_code=1,
        says=("samconfig",),
    ),
    Case(
        "samconfig that is not TOML",
        """
        -- samconfig.toml --
        version = 0.1
        [default.build
        """
        + FUNCTION,
        exit_code=1,
        says=("Error: ",),
    ),
    Case("--config-file that is missing", FUNCTION, ("--config-file", "nowhere.toml"), exit_code=1),
    Case("--config-env that is missing", FUNCTION, ("--config-env", "nowhere"), builds=BOTH),
    Case(
        "SAM_TEMPLATE_FILE",
        FUNCTION.replace("template.yaml", "other.yaml"),
        builds=BOTH,
        env=(("SAM_TEMPLATE_FILE", "other.yaml"),),
    ),
    Case("SAM_BUILD_MODE debug", FUNCTION, env=(("SAM_BUILD_MODE", "debug"),), builds=BOTH),
    Case("SAM_BUILD_MODE of another value", FUNCTION, env=(("SAM_BUILD_MODE", "fast"),), exit_code=2),
    Case("--cached and --parallel", FUNCTION, ("-c", "-p"), builds=BOTH),
    Case("--no-cached", FUNCTION, ("--no-cached",), builds=BOTH),
    Case("--debug", FUNCTION, ("--debug",), builds=BOTH),
    Case("json for a success", FUNCTION, ("--output", "json"), builds=BOTH),
    Case(
        "json for a failure",
        FUNCTION,
        ("--output", "json", "--parameter-overrides", "Dir=nowhere"),
        exit_code=1,
    ),
    Case("json for one resource", FUNCTION, ("Layer", "--output", "json"), builds=("Layer",)),
    Case(
        "json for a template that is missing",
        "-- text --",
        ("--output", "json"),
        exit_code=1,
    ),
    Case(
        "json for an unknown id",
        FUNCTION,
        ("--output", "json", "Nothing"),
        exit_code=1,
    ),
    Case(
        "json for an unknown runtime",
        FUNCTION.replace("provided", "python9.9"),
        ("--output", "json"),
        exit_code=1,
    ),
    Case(
        "json for a deprecated runtime, beside a resource of another builder",
        OTHER_BUILDERS,
        ("--output", "json"),
        exit_code=1,
    ),
    Case(
        "json for an unknown BuildMethod of a layer",
        LAYER.replace("makefile", "Makefile"),
        ("--output", "json"),
        exit_code=1,
    ),
    Case(
        "json for a layer without BuildMethod",
        LAYER.replace("BuildMethod: makefile", "Owner: us"),
        ("Layer", "--output", "json"),
        exit_code=1,
    ),
    Case(
        "json for a handler that is missing",
        FUNCTION.replace("Handler: a.b, ", ""),
        ("--output", "json"),
        exit_code=1,
    ),
)
