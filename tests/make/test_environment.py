from __future__ import annotations

from engine.make.environment import TOOLCHAIN, matching, reached_variables, toolchain_variables, value_digest


def test_values_that_name_other_variables() -> None:
    environ = {"WHICH": "FIRST or-SECOND", "FIRST": "THIRD", "SECOND": "WHICH", "THIRD": "", "OTHER": "FIRST", "X": ""}
    assert reached_variables(["WHICH", "GONE"], environ) == {"WHICH", "FIRST", "SECOND", "THIRD"}
    assert reached_variables(["X"], environ) == {"X"}
    assert reached_variables(["X"], {"X": "\udcff MAKELEVEL", "MAKELEVEL": "1"}) == {"X"}


def test_matching_is_by_case_and_glob() -> None:
    environ = dict.fromkeys(("NAMED", "PROD_URL", "DEV_URL", "URL", "URLS"), "1")
    assert matching(["*_URL", "named", "URL", "GONE"], environ) == {"PROD_URL", "DEV_URL", "URL"}
    assert matching(["URL*"], environ) == {"URL", "URLS"}
    assert matching(["P*_U*", "URL?", "[N]AMED"], environ) == {"PROD_URL", "URLS", "NAMED"}


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
