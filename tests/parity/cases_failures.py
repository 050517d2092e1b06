"""What ends a build: the exit code, sam's own words, no output template."""

from __future__ import annotations

from tests.parity.case import EARLY, Case, Difference

FUNCTION = """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
"""

CASES = (
    Case(
        "Makefile missing",
        FUNCTION + "        -- src/text --\n",
        exit_code=1,
        says=("Makefile not found at /@SIDE@/project/src/Makefile",),
    ),
    Case(
        "a makefile of lower case",
        FUNCTION + "        -- src/makefile --\n        build-Fn: ; touch $(ARTIFACTS_DIR)/x\n",
        exit_code=1,
        says=("Makefile not found at /@SIDE@/project/src/Makefile",),
    ),
    Case(
        "target missing",
        FUNCTION + "        -- src/Makefile --\n        build-fn: ; touch $(ARTIFACTS_DIR)/x\n",
        exit_code=1,
        says=("No rule to make target 'build-Fn'",),
    ),
    Case(
        "a recipe fails",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/before
            @echo the reason >&2
            exit 3
        """,
        exit_code=1,
        says=("the reason", "Error 3"),
    ),
    Case(
        "a makefile that does not parse",
        FUNCTION + "        -- src/Makefile --\n        build-Fn\n",
        exit_code=1,
        says=("missing separator",),
    ),
    Case(
        "an include that is missing",
        FUNCTION + "        -- src/Makefile --\n        include ../common.mk\n        build-Fn: ; true\n",
        exit_code=1,
        says=("../common.mk: No such file or directory",),
    ),
    Case(
        "one of two functions fails",
        """
        -- template.yaml --
        Resources:
          Good:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          Bad:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-Good:
            touch $(ARTIFACTS_DIR)/good
        build-Bad:
            false
        """,
        exit_code=1,
        says=("build-Bad",),
    ),
    Case(
        "CodeUri missing",
        FUNCTION,
        exit_code=1,
        says=("Makefile not found at /@SIDE@/project/src/Makefile",),
    ),
    Case(
        "CodeUri is a file",
        FUNCTION + "        -- src --\n        text\n",
        exit_code=1,
    ),
    Case(
        "template missing",
        "-- text --",
        exit_code=1,
        differs=EARLY,
        says=("Template file not found at /@SIDE@/project/template.y",),
    ),
    Case(
        "template of -t missing",
        FUNCTION,
        ("-t", "x.yaml"),
        exit_code=1,
        differs=EARLY,
        says=("/@SIDE@/project/x.yaml",),
    ),
    Case(
        "bad YAML",
        "-- template.yaml --\nResources:\n  Fn: [\n",
        exit_code=1,
        differs=EARLY,
        says=("Failed to parse template",),
    ),
    Case("an empty template", "-- template.yaml --\n", exit_code=1, differs=EARLY),
    Case("a template that is text", "-- template.yaml --\nhello\n", exit_code=1, differs=EARLY),
    Case("no Resources", "-- template.yaml --\nTransform: AWS::Serverless-2016-10-31\n", exit_code=1, differs=EARLY),
    Case("empty Resources", "-- template.yaml --\nResources: {}\n", exit_code=1, differs=EARLY),
    Case(
        "a key that YAML 1.1 reads as a boolean",
        FUNCTION.replace("Fn:", "Yes:") + "        -- src/Makefile --\n        build-%: ; true\n",
        exit_code=1,
        differs=EARLY,
    ),
    Case(
        "a property that a serverless function does not have",
        FUNCTION.replace("Handler: a.b", "Handler: a.b, Handlers: x")
        + "        -- src/Makefile --\n        build-Fn: ; true\n",
        exit_code=1,
        says=("Handlers",),
        differs=EARLY,
    ),
    Case(
        "handler missing",
        FUNCTION.replace("Handler: a.b, ", "") + "        -- src/Makefile --\n        build-Fn: ; true\n",
        exit_code=1,
        differs=EARLY,
        says=("Could not find handler for function: Fn",),
    ),
    Case(
        "runtime missing",
        FUNCTION.replace(", Runtime: provided", "") + "        -- src/Makefile --\n        build-Fn: ; true\n",
        exit_code=1,
        differs=Difference("Runtime missing on a function with a BuildMethod", exit_code=0, builds=("Fn",)),
    ),
    Case(
        "unknown runtime",
        FUNCTION.replace("provided", "python9.9") + "        -- src/Makefile --\n        build-Fn: ; true\n",
        exit_code=1,
        says=("'python9.9' runtime is not supported",),
    ),
    Case(
        "deprecated runtime",
        FUNCTION.replace("provided", "nodejs14.x") + "        -- src/Makefile --\n        build-Fn: ; true\n",
        exit_code=1,
        says=("Building functions with nodejs14.x is no longer supported",),
    ),
    Case(
        "BuildMethod Makefile",
        FUNCTION.replace("BuildMethod: makefile", "BuildMethod: Makefile")
        + "        -- src/Makefile --\n        build-Fn: ; true\n",
        exit_code=1,
        says=("'Makefile' does not have a supported builder",),
    ),
    Case(
        "a dangling link in the sources",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn: ; touch $(ARTIFACTS_DIR)/built
        -- src/link -> nowhere --
        """,
        exit_code=1,
        says=("link",),
    ),
    Case(
        "links in a ring in the sources",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn: ; touch $(ARTIFACTS_DIR)/built
        -- src/sub/ring -> ../sub --
        """,
        exit_code=1,
        says=("ring",),
    ),
    Case("an unknown option", FUNCTION, ("--nonsense",), exit_code=2, says=("No such option", "--nonsense")),
    Case("an option without its value", FUNCTION, ("--build-dir",), exit_code=2),
    Case(
        "an option of containers without one",
        FUNCTION,
        ("-e", "A=B"),
        exit_code=2,
        says=("need the --use-container flag in order to use --container-env-var flag.",),
    ),
    Case("an option of a wrong value", FUNCTION, ("--output", "xml"), exit_code=2),
    Case(
        "parameter overrides of no known form",
        FUNCTION,
        ("--parameter-overrides", "nonsense"),
        exit_code=2,
        says=("nonsense is not a valid format",),
    ),
    Case(
        "parameter overrides from a json file",
        FUNCTION + '        -- p.json --\n        {"A": "b"}\n',
        ("--parameter-overrides", "file://p.json"),
        exit_code=2,
        says=("unsupported extension",),
        differs=Difference("`--parameter-overrides file://x.json`", exit_code=1, says=()),
    ),
    Case(
        "the build directory is the project",
        FUNCTION + "        -- src/Makefile --\n        build-Fn: ; true\n",
        ("-b", "."),
        exit_code=1,
        differs=EARLY,
        says=("is or contains the current working directory",),
    ),
    Case(
        "the build directory contains the project",
        FUNCTION + "        -- src/Makefile --\n        build-Fn: ; true\n",
        ("-b", "../.."),
        exit_code=1,
        differs=EARLY,
        build_dir="..",
        says=("is or contains the current working directory",),
    ),
    Case(
        "the build directory is a file",
        FUNCTION + "        -- src/Makefile --\n        build-Fn: ; true\n        -- out --\n",
        ("-b", "out"),
        exit_code=2,
        build_dir="out",
        says=("'--build-dir' / '-b': Directory 'out' is a file.",),
    ),
    Case(
        "the build directory of samconfig is a file",
        FUNCTION
        + """
        -- samconfig.toml --
        version = 0.1
        [default.build.parameters]
        build_dir = "out"
        -- src/Makefile --
        build-Fn: ; true
        -- out --
        """,
        exit_code=2,
        build_dir="out",
    ),
    Case(
        "the base directory is a file",
        FUNCTION + "        -- src/Makefile --\n        build-Fn: ; true\n        -- base --\n",
        ("-s", "base"),
        exit_code=2,
        says=("'--base-dir' / '-s': Directory 'base' is a file.",),
    ),
    Case(
        "no make on PATH",
        FUNCTION + "        -- src/Makefile --\n        build-Fn: ; true\n        -- bin/ --\n",
        env=(("PATH", "@ROOT@/bin"),),
        exit_code=1,
        says=("make",),
    ),
    Case(
        "handler missing on a function that is not built",
        FUNCTION.replace("makefile}", "makefile, SkipBuild: true}").replace("Handler: a.b, ", ""),
        exit_code=1,
        differs=EARLY,
        says=("Could not find handler for function: Fn",),
    ),
)
