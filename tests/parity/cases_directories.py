"""Metadata that moves the sources, the Makefile and the working directory of make."""

from __future__ import annotations

from tests.parity.case import Case, Difference

CASES = (
    Case(
        "ContextPath holds the Makefile",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile, ContextPath: make/fn}
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: layer}
            Metadata: {BuildMethod: makefile, ContextPath: make}
        -- src/app.txt --
        -- src/Makefile --
        build-Fn:
            touch $(ARTIFACTS_DIR)/wrong
        -- layer/text --
        -- make/fn/Makefile --
        include $(dir $(lastword $(MAKEFILE_LIST)))../common.mk
        build-Fn: ; $(copy)
        -- make/Makefile --
        build-Layer:
            cp -a . $(ARTIFACTS_DIR)/
        -- make/common.mk --
        copy = cp -a . $(ARTIFACTS_DIR)/
        """,
        builds=("Fn", "Layer"),
    ),
    Case(
        "ContextPath, WorkingDirectory and ProjectRootDirectory of a nested stack are the root's",
        """
        -- template.yaml --
        Resources:
          Child:
            Type: AWS::Serverless::Application
            Properties: {Location: child/template.yaml}
        -- child/template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile, ContextPath: make}
          Other:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile, ProjectRootDirectory: project, WorkingDirectory: project/sub}
        -- child/src/text --
        child
        -- make/Makefile --
        build-Fn:
            cp text $(ARTIFACTS_DIR)
        -- project/Makefile --
        build-Other:
            basename $(CURDIR) > $(ARTIFACTS_DIR)/cwd
            cp -a .. $(ARTIFACTS_DIR)/
        -- project/sub/text --
        sub
        """,
        builds=("Child/Fn", "Child/Other"),
    ),
    Case(
        "WorkingDirectory inside the code is that folder of the copy",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile, WorkingDirectory: src/a/b}
        -- src/Makefile --
        build-Fn:
            touch written-by-make
            cp -a ../.. $(ARTIFACTS_DIR)/
        -- src/a/b/here --
        """,
        builds=("Fn",),
    ),
    Case(
        "WorkingDirectory outside the code is used in place",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile, WorkingDirectory: other}
        -- src/Makefile --
        build-Fn:
            pwd > $(ARTIFACTS_DIR)/cwd
            cp here $(ARTIFACTS_DIR)
            touch written-by-make
        -- other/here --
        """,
        builds=("Fn",),
    ),
    Case(
        "ProjectRootDirectory is copied instead of a CodeUri that need not exist",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: nowhere, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile, ProjectRootDirectory: root}
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: root/sub}
            Metadata: {BuildMethod: makefile, ProjectRootDirectory: root, WorkingDirectory: root/sub}
        -- root/Makefile --
        build-%:
            cp -a . $(ARTIFACTS_DIR)/
        -- root/sub/text --
        """,
        builds=("Fn", "Layer"),
    ),
    Case(
        "a missing CodeUri is no error where ContextPath has the Makefile",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: nowhere, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile, ContextPath: make}
        -- make/Makefile --
        build-Fn:
            ls -A > $(ARTIFACTS_DIR)/listing
        """,
        builds=("Fn",),
        says=("Skipping copy operation since source /@SIDE@/project/nowhere does not exist",),
    ),
    Case(
        "--build-in-source runs make in the sources",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-Fn:
            echo $(CURDIR) | tee $(ARTIFACTS_DIR)/cwd > written-by-make
        """,
        ("--build-in-source",),
        builds=("Fn",),
    ),
    Case(
        "--build-in-source with a WorkingDirectory inside the code",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile, WorkingDirectory: src/sub}
        -- src/Makefile --
        build-Fn:
            cp here $(ARTIFACTS_DIR)
        -- src/sub/here --
        """,
        ("--build-in-source",),
        exit_code=1,
        says=("No such file or directory",),
        differs=Difference(
            "`--build-in-source` with WorkingDirectory inside the code directory", exit_code=0, builds=("Fn",), says=()
        ),
    ),
)
