from __future__ import annotations

import pytest

from engine.report.style import Ink, refuses_color, wants_color


def test_ink_paints_only_where_enabled() -> None:
    assert Ink(True).paint("x", "error") == "\x1b[1;31mx\x1b[0m"
    assert Ink(True).paint("", "error") == ""
    assert Ink(False).paint("x", "error") == "x"


@pytest.mark.parametrize(
    ("flag", "environ", "terminal", "wanted"),
    [
        (None, {}, True, True),
        (None, {}, False, False),
        (None, {"TERM": "dumb"}, True, False),
        (None, {"NO_COLOR": "1"}, True, False),
        (None, {"NO_COLOR": ""}, True, True),
        (None, {"SAM_CLI_NO_COLOR": "1"}, True, False),
        (None, {"FORCE_COLOR": "1"}, False, True),
        (None, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        (True, {"NO_COLOR": "1"}, False, True),
        (False, {"FORCE_COLOR": "1"}, True, False),
    ],
)
def test_wants_color(flag: bool | None, environ: dict[str, str], terminal: bool, wanted: bool) -> None:
    assert wants_color(flag, environ, terminal=terminal) is wanted


def test_only_a_request_takes_the_colors_out_of_logs() -> None:
    assert not refuses_color({})
    assert not refuses_color({"TERM": "dumb"})
    assert refuses_color({"NO_COLOR": "yes"})
    assert refuses_color({"SAM_CLI_NO_COLOR": "1"})
