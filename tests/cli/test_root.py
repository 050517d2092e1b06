from __future__ import annotations

import pytest

from engine.cli.main import main
from engine.cli.root import NoCommand, engine_group


def test_help_lists_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    for command in ("build", "cache", "verify", "completion"):
        assert f"\n  {command} " in text


@pytest.mark.parametrize("group", [[], ["cache"]])
def test_no_command_shows_the_help_and_fails(capsys: pytest.CaptureFixture[str], group: list[str]) -> None:
    assert main(group) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert main([*group, "--help"]) == 0
    assert shown.err == capsys.readouterr().out


def test_a_group_without_a_command_does_not_depend_on_clicks_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_group, "no_args_is_help", False)
    with pytest.raises(NoCommand) as caught:
        engine_group.make_context("engine", [])
    assert caught.value.exit_code == 2


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bild"]) == 2
    assert "No such command 'bild'" in capsys.readouterr().err
