"""The private copy of the sources that make runs in."""

from __future__ import annotations

from tests.parity.case import Case, Difference

FUNCTION = """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided.al2023, Environment: {Variables: {TABLE: t}}}
            Metadata: {BuildMethod: makefile}
"""

CASES = (
    Case(
        "links in the sources are followed",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            cp -a . $(ARTIFACTS_DIR)/
        -- src/file-link -> ../outside/script.sh --
        -- src/dir-link -> ../outside --
        -- src/sub/up -> ../real.txt --
        -- src/absolute -> @ROOT@/outside/script.sh --
        -- src/real.txt --
        real
        -- outside/script.sh mode=750 --
        #!/bin/sh
        -- outside/inner -> script.sh --
        """,
        builds=("Fn",),
    ),
    Case(
        "a linked code directory",
        FUNCTION
        + """
        -- src -> real/src --
        -- real/src/Makefile --
        build-Fn:
            cp -a . $(ARTIFACTS_DIR)/
            echo $(MAKEFILE_LIST) > $(ARTIFACTS_DIR)/list
        -- real/src/text --
        """,
        builds=("Fn",),
    ),
    Case(
        "modes, in the copy and in the artifact",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            find . -printf '%m %y %p\\n' | sort -k 3 > $(ARTIFACTS_DIR)/listing
            cp -a run.sh secret private $(ARTIFACTS_DIR)/
            touch $(ARTIFACTS_DIR)/sticky $(ARTIFACTS_DIR)/none
            chmod 4755 $(ARTIFACTS_DIR)/run.sh
            chmod 0000 $(ARTIFACTS_DIR)/none
            mkdir -m 2770 $(ARTIFACTS_DIR)/group
            mkdir -m 1777 $(ARTIFACTS_DIR)/tmp
            chmod 711 $(ARTIFACTS_DIR)
        -- src/run.sh mode=755 --
        -- src/secret mode=400 --
        -- src/private/ mode=700 --
        -- src/private/key mode=600 --
        """,
        builds=("Fn",),
    ),
    Case(
        "modification times survive the copy",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn: newer
            stat -c '%Y %n' sub/text Makefile > $(ARTIFACTS_DIR)/times
        newer: sub/text
            echo must be made as it is missing > $(ARTIFACTS_DIR)/made
        -- src/sub/text --
        """,
        builds=("Fn",),
    ),
    Case(
        "empty directories and odd names",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            cp -a . $(ARTIFACTS_DIR)/
            mkdir -p "$(ARTIFACTS_DIR)/made/and empty"
        -- src/empty/ --
        -- src/deep/er/empty/ --
        -- src/with space/na'me.txt --
        -- src/ünï/çode --
        -- src/#hash;semi$dollar --
        -- src/.hidden/.file --
        -- src/node_modules/a/package.json --
        -- src/target/debug/x --
        -- src/__pycache__/x.pyc --
        -- src/-dash --
        """,
        builds=("Fn",),
    ),
    Case(
        ".git and .aws-sam stay behind at every level",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            cp -a . $(ARTIFACTS_DIR)/
        -- src/.git/config --
        -- src/.aws-sam/build/x --
        -- src/sub/.git --
        gitdir: elsewhere
        -- src/sub/deeper/.aws-sam/x --
        -- src/sub/deeper/.git/config --
        -- src/.gitignore --
        -- src/.github/x --
        -- src/sub/x.git/y --
        """,
        builds=("Fn",),
    ),
    Case(
        "CodeUri is the project with its build directory",
        """
        -- template.yaml --
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: ., Handler: a.b, Runtime: provided.al2023}
            Metadata: {BuildMethod: makefile}
          B:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: ./, Handler: a.b, Runtime: provided.al2023}
            Metadata: {BuildMethod: makefile}
        -- Makefile --
        build-%:
            cp -a . $(ARTIFACTS_DIR)/
        -- a.txt --
        """,
        builds=("A", "B"),
    ),
    Case(
        "sources that a group or everybody may write to",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            cp -a . $(ARTIFACTS_DIR)/
        -- src/group.txt mode=664 --
        -- src/run.sh mode=777 --
        -- src/shared/ mode=775 --
        -- src/shared/text --
        """,
        builds=("Fn",),
        differs=Difference(
            "Sources with write permission for the group or others, and the umask",
            paths=tuple(f".aws-sam/build/Fn/{name}" for name in ("group.txt", "run.sh", "shared")),
        ),
    ),
)
