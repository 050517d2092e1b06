from __future__ import annotations

import pytest

from engine.make.environment import (
    NEVER,
    TOOLCHAIN,
    matching,
    named_variables,
    reached_variables,
    toolchain_variables,
    value_digest,
)

ENVIRON = {
    "NAMED": "1",
    "PROD_URL": "2",
    "DEV_URL": "3",
    "URL": "4",
    "npm_config_foo-bar": "5",
    "BASH_FUNC_greet%%": "6",
    "MAKEFLAGS": "-j",
    "\udcff": "7",
}


def named(text: str) -> set[str]:
    return set(named_variables([text.encode(errors="surrogateescape")], ENVIRON))


@pytest.mark.parametrize(
    "text",
    [
        "x = $(NAMED)",
        "x = ${NAMED}",
        "build:\n\techo $$NAMED",
        "ifdef NAMED\nendif",
        "$(call f,NAMED)",
        "export NAMED",
        "\tpython -c 'import os; os.environ[\"NAMED\"]'",
        "x = 1 # $(NAMED)",
        "define header\n#define VERSION $(NAMED)\nendef",
        "x = a \\\n# $(NAMED)",
        "build:\n\t# $(NAMED)",
    ],
)
def test_named(text: str) -> None:
    assert named(text) == {"NAMED"}


@pytest.mark.parametrize("text", ["# $(NAMED)", "  # NAMED", "x = $(NAMED_TOO) $(UNNAMED) named", "", "\0\xff"])
def test_not_named(text: str) -> None:
    assert named(text) == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$($(STAGE)_URL)", {"PROD_URL", "DEV_URL"}),
        ("${PROD_${WHAT}}", {"PROD_URL"}),
        ("$(DEV_$1)", {"DEV_URL"}),
        ("$($*_URL)", {"PROD_URL", "DEV_URL"}),
        ("$(P$(X)L)", {"PROD_URL"}),
        ("$($(X))", set()),
        ("$($(X)_$(Y))", {"PROD_URL", "DEV_URL", "npm_config_foo-bar"}),
        ("$($(X)$(Y)_URL)", {"PROD_URL", "DEV_URL"}),
        ("$(${X}V_$(Y))", {"DEV_URL"}),
    ],
)
def test_computed_names(text: str, expected: set[str]) -> None:
    assert named(text) == expected


ALL = set(ENVIRON) - {"MAKEFLAGS"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$(.VARIABLES)", ALL),
        ("${.VARIABLES}", ALL),
        ("$(foreach v,$(.VARIABLES),$(if $(findstring URL,$v),$v))", ALL),
        ("$(filter PROD_%,$(.VARIABLES))", {"PROD_URL"}),
        ("${filter PROD_% N%D, ${.VARIABLES} }", {"PROD_URL", "NAMED"}),
        ("$(filter %_URL,$(.VARIABLES))", {"PROD_URL", "DEV_URL"}),
        ("$(filter $(P),$(.VARIABLES))", ALL),
        ("$(filter-out PROD_%,$(.VARIABLES))", ALL),
        ("$(filter X%,$(.VARIABLES)) $(.VARIABLES)", ALL),
        (".VARIABLES", set()),
    ],
)
def test_the_list_of_all_variables(text: str, expected: set[str]) -> None:
    assert named(text) - {"MAKEFLAGS"} == expected


def test_functions_that_bash_exports() -> None:
    assert named("build:\n\tgreet world") == {"BASH_FUNC_greet%%"}
    assert named_variables([b"greet"], {"BASH_FUNC_greet()": "", "BASH_FUNC_greet": ""}) == {"BASH_FUNC_greet()"}


def test_values_that_name_other_variables() -> None:
    environ = {"WHICH": "FIRST or-SECOND", "FIRST": "THIRD", "SECOND": "WHICH", "THIRD": "", "OTHER": "FIRST", "X": ""}
    assert reached_variables(["WHICH", "GONE"], environ) == {"WHICH", "FIRST", "SECOND", "THIRD"}
    assert reached_variables(["X"], environ) == {"X"}
    assert reached_variables(["X"], {"X": "\udcff MAKELEVEL", "MAKELEVEL": "1"}) == {"X"}


def test_names_that_are_no_identifiers() -> None:
    assert named("$(npm_config_foo-bar)") == {"npm_config_foo-bar"}
    assert named("$(\udcff)") == {"\udcff"}


def test_makes_own_variables_are_never_named() -> None:
    environ = dict.fromkeys(NEVER, "1")
    assert named_variables([" ".join(NEVER).encode()], environ) == frozenset()
    assert matching(["*"], environ) == frozenset()


def test_names_from_several_makefiles() -> None:
    assert named_variables([b"$(NAMED)", b"$(URL)"], ENVIRON) == {"NAMED", "URL"}


def test_matching_is_by_case_and_glob() -> None:
    assert matching(["*_URL", "named", "URL"], ENVIRON) == {"PROD_URL", "DEV_URL", "URL"}


def test_toolchain_variables_but_for_neutral_ones() -> None:
    environ = dict.fromkeys(["CARGO_BUILD_TARGET", "CARGO_BUILD_JOBS", "PIP_INDEX_URL", "PIP_CACHE_DIR", "EDITOR"], "")
    assert toolchain_variables(environ) == {"CARGO_BUILD_TARGET", "PIP_INDEX_URL"}


def test_variables_of_makes_own_rules_are_toolchain_variables() -> None:
    assert {"CC", "CFLAGS", "ARFLAGS", "ASFLAGS", "TARGET_ARCH", "LOADLIBES", "VPATH"} <= set(TOOLCHAIN)


def test_the_checkout_is_neutral_in_values() -> None:
    assert value_digest("-L/a/b/lib:/a/b", "/a/b") == value_digest("-L/x/lib:/x", "/x")
    assert value_digest("/a/b/c", "/a/b") != value_digest("/a/b/d", "/a/b")


def test_a_longer_name_is_not_the_checkout() -> None:
    assert value_digest("/srcx", "/src") != value_digest("/workx", "/work")
    assert value_digest("/src-x", "/src") != value_digest("/work-x", "/work")


def test_a_checkout_at_the_root_is_not_replaced() -> None:
    assert value_digest("/a/b", "/") == value_digest("/a/b", "/elsewhere")


def test_values_that_are_no_text() -> None:
    assert value_digest("\udcff", "/a") != value_digest("\udcfe", "/a")
