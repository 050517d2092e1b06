from __future__ import annotations

import pytest

from engine.make.deciding import depends_on_target, looks_around, may_read_others


@pytest.mark.parametrize(
    "text",
    [
        b"include a.mk",
        b"-include a.mk",
        b"  sinclude a.mk",
        b"x\nload a.so",
        b"$(eval $(x))",
        b"${eval x}",
        b"$( eval x)",
        b"ifdef X\n include $(Y)\nendif",
        b"include \\\n a.mk",
    ],
)
def test_makefiles_that_may_read_others(text: bytes) -> None:
    assert may_read_others(text, {})


@pytest.mark.parametrize("text", [b"", b"all:\n\techo\n", b"includes = 1", b"x = include a.mk", b"\xff\xfe\0"])
def test_makefiles_that_read_themselves_alone(text: bytes) -> None:
    assert not may_read_others(text, {})
    assert may_read_others(text, {"MAKEFILES": ""})


@pytest.mark.parametrize(
    "text",
    [
        "-include $(wildcard x/*.mk)",
        "X := ${shell cat which}",
        "ifneq (,$( wildcard .env))",
        "X != cat which",
        "export X != cat which",
        "define X !=\ncat which\nendef",
        "X = `cat which`",
        "X = $(realpath ../x.mk)",
        "X = $(file < which)",
        "load x.so",
        "include ../m*/x.mk",
        "build-Fn:\n\tcp\nX := $(shell date)",
    ],
)
def test_makefiles_that_look_around(text: str) -> None:
    assert looks_around(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "HERE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))\ninclude $(HERE)../common.mk\n",
        "include x/*.mk",
        "X = wildcard shell",
        "build-%:\n\t[ $$X != `date` ] || echo $(shell date)\n",
        "app: $(wildcard *.c)\n",
        "# $(shell x)",
    ],
)
def test_makefiles_that_do_not(text: str) -> None:
    assert not looks_around(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "include $(MAKECMDGOALS).mk",
        "-include $(notdir $(ARTIFACTS_DIR)).mk",
        "ID := $(notdir $(ARTIFACTS_DIR))\nPART = parts/$(ID)\ninclude $(PART).mk",
        "include $(PART).mk\nPART = parts/$(ID)\nexport ID := $(notdir $(ARTIFACTS_DIR))",
        "ifeq ($(MAKECMDGOALS),build-Fn)\ninclude a.mk\nendif",
        "ifdef A\nelse ifeq ($(MAKECMDGOALS),build-Fn)\ninclude a.mk\nendif",
        "define X\ninclude $(MAKECMDGOALS).mk\nendef\n$(eval $(X))",
        "define X =\n$(MAKECMDGOALS)\nendef\ninclude $(X)",
        "$(foreach x,$(MAKECMDGOALS),$(eval include $(x).mk))",
        "W := MAKECMDGOALS\ninclude $($(W)).mk",
        "$(MAKECMDGOALS)_x = 1\nifdef build-Fn_x\nendif\nifdef MAKECMDGOALS\nendif",
    ],
)
def test_makefiles_whose_includes_depend_on_the_target(text: str) -> None:
    assert depends_on_target([text.encode()])


@pytest.mark.parametrize(
    "text",
    [
        "include goals.mk",
        "include a.mk\nbuild-%:\n\tmkdir $(ARTIFACTS_DIR)\n\tGOOS=linux go build -o $(ARTIFACTS_DIR)/x\n",
        "include a.mk\nOUT := $(ARTIFACTS_DIR)/python\nbuild-%:\n\tcp x $(OUT)\n",
        "define rule\nbuild-$(1):\n\tcp $(1) $$(ARTIFACTS_DIR)\nendef\n$(foreach f,$(FNS),$(eval $(call rule,$(f))))",
        "ifdef X\nOUT = $(ARTIFACTS_DIR)\nendif",
    ],
)
def test_makefiles_whose_includes_do_not(text: str) -> None:
    assert not depends_on_target([text.encode()])


def test_what_one_makefile_assigns_decides_in_another() -> None:
    assert depends_on_target([b"include common.mk\ninclude $(PART)", b"PART = $(notdir $(ARTIFACTS_DIR)).mk"])
