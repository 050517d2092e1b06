from __future__ import annotations

import pytest

from engine.make.environment import NEVER, matching
from engine.make.naming import named_variables

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


ALL = set(ENVIRON) - {"MAKEFLAGS"}


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


def test_names_that_are_no_identifiers() -> None:
    assert named("$(npm_config_foo-bar)") == {"npm_config_foo-bar"}
    assert named("$(\udcff)") == {"\udcff"}


def test_makes_own_variables_are_never_named() -> None:
    environ = dict.fromkeys(NEVER, "1")
    assert named_variables([" ".join(NEVER).encode()], environ) == frozenset()
    assert matching(["*"], environ) == frozenset()


def test_names_from_several_makefiles() -> None:
    assert named_variables([b"$(NAMED)", b"$(URL)"], ENVIRON) == {"NAMED", "URL"}
