"""The run of make: its environment, its makefiles, what it writes and what it leaves."""

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
        "links and hard links that make leaves",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            mkdir -p $(ARTIFACTS_DIR)/lib/sub
            echo 1 > $(ARTIFACTS_DIR)/lib/libx.so.1.0
            ln -s libx.so.1.0 $(ARTIFACTS_DIR)/lib/libx.so.1
            ln -s libx.so.1 $(ARTIFACTS_DIR)/lib/libx.so
            ln -s lib $(ARTIFACTS_DIR)/dir
            ln -s ../../dir/libx.so $(ARTIFACTS_DIR)/lib/sub/up
            ln -s nowhere $(ARTIFACTS_DIR)/dangling
            ln $(ARTIFACTS_DIR)/lib/libx.so.1.0 $(ARTIFACTS_DIR)/hard
        """,
        builds=("Fn",),
    ),
    Case(
        "the environment that make sees",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            env | grep -v -E '^(PWD|OLDPWD|_|SHLVL|CARGO_MAKEFLAGS)=' | sort > $(ARTIFACTS_DIR)/environment
            echo '$(origin ARTIFACTS_DIR) $(MAKEFLAGS) $(MAKECMDGOALS) $(MAKELEVEL)' > $(ARTIFACTS_DIR)/make
            echo '$(FROM_CALLER) $(TABLE)' >> $(ARTIFACTS_DIR)/make
        """,
        env=(
            ("ARTIFACTS_DIR", "/nowhere"),
            ("FROM_CALLER", "two  words"),
            ("EMPTY", ""),
            ("CARGO_HOME", "@ROOT@/cargo"),
        ),
        builds=("Fn",),
    ),
    Case(
        "MAKEFLAGS that change what is built pass through",
        FUNCTION
        + """
        -- src/Makefile --
        STAGE = dev
        build-Fn:
            echo '$(MAKEFLAGS)' $(X) $(STAGE) > $(ARTIFACTS_DIR)/flags
        """,
        env=(("MAKEFLAGS", "e -- X=1"), ("STAGE", "prod")),
        builds=("Fn",),
    ),
    Case(
        "errors that an outer make ignores",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            echo '$(X)' > $(ARTIFACTS_DIR)/half
            false
        """,
        env=(("MAKEFLAGS", "i -- X=1"),),
        builds=("Fn",),
        differs=Difference("Flags of an outer make", exit_code=1, says=("Error 1",)),
    ),
    Case(
        "MAKEFILE_LIST is the original, the working directory is not",
        FUNCTION
        + """
        -- src/Makefile --
        here := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
        include $(here)../shared/common.mk
        -include $(here)absent.mk local.mk
        build-Fn:
            echo '$(here) $(MAKEFILE_LIST) $(local) $(firstword $(MAKE))' > $(ARTIFACTS_DIR)/make
            cp $(here)../shared/text $(ARTIFACTS_DIR)
            test "$(CURDIR)" != "$(here)" -a ! -e ../shared
            touch "made-in-scratch"
            $(call note,Fn)
        -- src/local.mk --
        local := read from the copy
        -- shared/common.mk --
        note = echo $(1) >> $(ARTIFACTS_DIR)/note
        -- shared/text --
        shared
        """,
        builds=("Fn",),
    ),
    Case(
        "ARTIFACTS_DIR is the absolute artifact directory, siblings beside it",
        """
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
            cp $(ARTIFACTS_DIR)/../Layer/python/lib.py $(ARTIFACTS_DIR)
            echo $(ARTIFACTS_DIR) | sed 's#/.aws-sam/build/.*##' > $(ARTIFACTS_DIR)/project
        -- layer/Makefile --
        build-Layer:
            mkdir $(ARTIFACTS_DIR)/python
            cp lib.py $(ARTIFACTS_DIR)/python
        -- layer/lib.py --
        """,
        builds=("Fn", "Layer"),
    ),
    Case(
        "a sub-make, a define and .ONESHELL",
        FUNCTION
        + """
        -- src/Makefile --
        .ONESHELL:
        SHELL := /bin/bash
        .SHELLFLAGS := -eu -o pipefail -c
        define text
        first
        second
        endef
        export text
        .PHONY: build-Fn sub
        build-Fn:
            x=1
            echo "$$x $$text" > $(ARTIFACTS_DIR)/text
            $(MAKE) --makefile $(firstword $(MAKEFILE_LIST)) sub
        sub:
            echo $(MAKELEVEL) > $(ARTIFACTS_DIR)/level
        """,
        builds=("Fn",),
    ),
    Case(
        "a target that leaves nothing, and one that is a file",
        """
        -- template.yaml --
        Resources:
          Nothing:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
          File:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        build-Nothing:
        build-File:
            touch $(ARTIFACTS_DIR)/never-made
        -- src/build-File --
        """,
        builds=("File", "Nothing"),
    ),
    Case(
        "make writes on both streams, and bytes to a file",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            @echo to stdout
            @echo to stderr >&2
            @printf '\\377\\376\\000' > $(ARTIFACTS_DIR)/bytes
        """,
        builds=("Fn",),
        says=("to stdout",),
        differs=Difference("make's output", says=()),
    ),
    Case(
        "make writes text that is not UTF-8",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            @printf 'caf\\351\\n'
            @touch $(ARTIFACTS_DIR)/done
        """,
        exit_code=1,
        says=("codec can't decode",),
        differs=Difference("Text in logs that is not UTF-8", exit_code=0, builds=("Fn",), says=()),
    ),
    Case(
        "make reads an empty standard input",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            cat > $(ARTIFACTS_DIR)/input
        """,
        builds=("Fn",),
    ),
    Case(
        "make removes and replaces its artifact directory",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            rm -rf $(ARTIFACTS_DIR)
            mkdir -m 750 $(ARTIFACTS_DIR)
            echo new > $(ARTIFACTS_DIR)/file
        """,
        builds=("Fn",),
    ),
    Case(
        "a Makefile that is a link, in a directory with a space",
        FUNCTION.replace("CodeUri: src", "CodeUri: the code")
        + """
        -- the code/Makefile -> ../shared rules/functions.mk --
        -- shared rules/functions.mk --
        build-Fn:
            cp -a . $(ARTIFACTS_DIR)/
            echo '$(MAKEFILE_LIST)' > $(ARTIFACTS_DIR)/list
        -- the code/text --
        """,
        builds=("Fn",),
    ),
    Case(
        "links out of the artifact, and names that are no text",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            ln -s /etc/hostname $(ARTIFACTS_DIR)/absolute
            ln -s ../../../src/Makefile $(ARTIFACTS_DIR)/outward
            touch "$(ARTIFACTS_DIR)/$$(printf 'caf\\351')" "$(ARTIFACTS_DIR)/$$(printf 'two\\nlines')"
            touch $(ARTIFACTS_DIR)/$$(printf '%0255d' 7)
        """,
        builds=("Fn",),
    ),
    Case(
        "declarations that sam ignores",
        """
        -- template.yaml --
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {CodeUri: src, Handler: a.b, Runtime: provided}
            Metadata:
              BuildMethod: makefile
              BuildProperties:
                DependsOn: [Layer]
                Inputs: [shared/**/*.txt]
                Environment: [HOME]
                Tools: [make --version]
          Layer:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: src}
            Metadata: {BuildMethod: makefile}
        -- src/Makefile --
        here := $(dir $(lastword $(MAKEFILE_LIST)))
        build-Fn:
            cp $(here)../shared/text.txt $(ARTIFACTS_DIR)/../Layer/layer $(ARTIFACTS_DIR)
        build-Layer:
            echo layer > $(ARTIFACTS_DIR)/layer
        -- shared/text.txt --
        shared
        """,
        builds=("Fn", "Layer"),
    ),
    Case(
        "a FIFO in the artifact",
        FUNCTION
        + """
        -- src/Makefile --
        build-Fn:
            mkfifo $(ARTIFACTS_DIR)/fifo
        """,
        builds=("Fn",),
    ),
)
