"""A second build of a changed project leaves what a first build of it leaves."""

from __future__ import annotations

from tests.parity.case import Case, Difference

FUNCTIONS = """
        -- template.yaml --
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          B:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-%:
            cp -a . $(ARTIFACTS_DIR)/
            echo $@ > $(ARTIFACTS_DIR)/target
        -- src/text --
        before
        -- src/run.sh --
        #!/bin/sh
"""
ONLY_A = """
        -- template.yaml --
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
"""
OUTSIDE = """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-Fn:
            cp $(dir $(lastword $(MAKEFILE_LIST)))../shared.txt $(ARTIFACTS_DIR)
        -- shared.txt --
        before
"""
LAYERED = """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided, Layers: [!Ref Layer]}
            Metadata: {BuildMethod: makefile}
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: layer}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-Fn:
            cp $(ARTIFACTS_DIR)/../Layer/text $(ARTIFACTS_DIR)
        -- layer/Makefile --
        build-Layer:
            cp text $(ARTIFACTS_DIR)
        -- layer/text --
        before
"""

CASES = (
    Case("nothing changed", FUNCTIONS, again="-- unrelated --\n", builds=("A", "B")),
    Case("a file is edited", FUNCTIONS, again="-- src/text --\nafter\n", builds=("A", "B")),
    Case("a file is removed", FUNCTIONS, again="-- src/text deleted --\n", builds=("A", "B")),
    Case("a file becomes executable", FUNCTIONS, again="-- src/run.sh mode=755 --\n#!/bin/sh\n", builds=("A", "B")),
    Case("an empty directory is added", FUNCTIONS, again="-- src/empty/ --\n", builds=("A", "B")),
    Case("a resource leaves the template", FUNCTIONS, again=ONLY_A, builds=("A",)),
    Case(
        "an artifact is damaged",
        FUNCTIONS,
        again="""
        -- .aws-sam/build/A/text --
        changed by hand
        -- .aws-sam/build/A/more --
        -- .aws-sam/build/B deleted --
        """,
        builds=("A", "B"),
    ),
    Case(
        "the output template is edited",
        FUNCTIONS,
        again="-- .aws-sam/build/template.yaml --\nResources: {}\n",
        builds=("A", "B"),
    ),
    Case(
        "the Makefile changes",
        FUNCTIONS,
        again="-- src/Makefile --\nbuild-%:\n    echo other > $(ARTIFACTS_DIR)/other\n",
        builds=("A", "B"),
    ),
    Case(
        "a function becomes a nested stack",
        FUNCTIONS,
        again="""
        -- template.yaml --
        Resources:
          A:
            Type: AWS::Serverless::Application
            Properties: {Location: child.yaml}
        -- child.yaml --
        Resources:
          B:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        """,
        builds=("A/B",),
    ),
    Case(
        "a build of one function after a build of all",
        FUNCTIONS,
        again_argv=("A",),
        builds=("A",),
        differs=Difference("One resource", builds=("A", "B"), paths=(".aws-sam/build/*",)),
    ),
    Case(
        "a build fails after one that succeeded",
        FUNCTIONS,
        again="-- src/Makefile --\nbuild-%:\n    false\n",
        exit_code=1,
    ),
    Case(
        "a file of somebody else's in the build directory",
        FUNCTIONS,
        again="-- .aws-sam/build/notes.txt --\n",
        builds=("A", "B"),
        differs=Difference("Cleaning", builds=("A", "B"), paths=(".aws-sam/build/notes.txt",)),
    ),
    Case(
        "the Makefile is mended after a failure",
        FUNCTIONS.replace("cp -a", "false && cp -a"),
        again="-- src/Makefile --\nbuild-%:\n    echo mended > $(ARTIFACTS_DIR)/mended\n",
        builds=("A", "B"),
    ),
    Case(
        "a nested stack becomes a function with a folder of its function's name",
        """
        -- template.yaml --
        Resources:
          A:
            Type: AWS::Serverless::Application
            Properties: {Location: child.yaml}
        -- child.yaml --
        Resources:
          B:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-%:
            mkdir $(ARTIFACTS_DIR)/B
            echo $@ > $(ARTIFACTS_DIR)/B/target
        """,
        again=ONLY_A,
        builds=("A",),
    ),
    Case(
        "a file outside the sources changes that the Makefile reads",
        OUTSIDE,
        again="-- shared.txt --\nafter\n",
        builds=("Fn",),
        differs=Difference("Files outside the code directory", paths=(".aws-sam/build/Fn/shared.txt",)),
    ),
    Case(
        "a file outside the sources changes that is declared",
        OUTSIDE.replace("makefile}", "makefile, BuildProperties: {Inputs: [shared.txt]}}"),
        again="-- shared.txt --\nafter\n",
        builds=("Fn",),
    ),
    Case(
        "a layer changes whose artifact a function reads",
        LAYERED,
        again="-- layer/text --\nafter\n",
        builds=("Fn", "Layer"),
        differs=Difference("A layer's artifact that a function reads", paths=(".aws-sam/build/Fn/text",)),
    ),
    Case(
        "a layer changes that a function declares",
        LAYERED.replace("makefile}", "makefile, BuildProperties: {DependsOn: [Layer]}}", 1),
        again="-- layer/text --\nafter\n",
        builds=("Fn", "Layer"),
    ),
    Case(
        "an included makefile changes",
        FUNCTIONS.replace(
            "build-%:", "include $(dir $(lastword $(MAKEFILE_LIST)))../common.mk\n        build-%:"
        ).replace("$@ >", "$(X) >")
        + "        -- common.mk --\n        X = 1\n",
        again="-- common.mk --\nX = 2\n",
        builds=("A", "B"),
    ),
    Case(
        "an optional included makefile appears",
        FUNCTIONS.replace(
            "build-%:", "-include $(wildcard $(dir $(lastword $(MAKEFILE_LIST)))../*.mk)\n        build-%:"
        ).replace("$@ >", "$(X) >"),
        again="-- common.mk --\nX = 2\n",
        builds=("A", "B"),
    ),
    Case(
        "a linked file outside the sources changes",
        FUNCTIONS + "        -- src/link -> ../shared.txt --\n        -- shared.txt --\n        before\n",
        again="-- shared.txt --\nafter\n",
        builds=("A", "B"),
    ),
    Case(
        "parameters change",
        FUNCTIONS.replace("CodeUri: src", "CodeUri: !Ref Dir")
        + "        -- other/Makefile --\n        build-%: ; touch $(ARTIFACTS_DIR)/other\n",
        ("--parameter-overrides", "Dir=src"),
        again_argv=("--parameter-overrides", "Dir=other"),
        builds=("A", "B"),
    ),
    Case(
        "-x after a build of all",
        FUNCTIONS,
        again_argv=("-x", "A"),
        builds=("B",),
        differs=Difference("One resource", builds=("A", "B"), paths=(".aws-sam/build/*",)),
    ),
    Case(
        "another build directory, and artifacts that hold their own path",
        FUNCTIONS.replace("echo $@", "echo $(ARTIFACTS_DIR)"),
        again_argv=("-b", "out"),
        build_dir="out",
        builds=("A", "B"),
        differs=Difference("An artifact that holds its own path", paths=("out/A/target", "out/B/target")),
    ),
)
