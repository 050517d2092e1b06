from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError
from tests.cli.command_line import configure, settings


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("jobs = 'many'", "'many' is not a valid integer"),
        ("jobs = 0", "0 is not in the range x>=1"),
        ("jobs = true", "must be an integer, not a boolean"),
        ("base_dir = 3", "must be a string, not an integer (3)"),
        ("build_dir = ['x']", "must be a string, not a list"),
        ("cached = 'maybe'", "'maybe' is not a valid boolean"),
        ("keep_going = 1", "must be true or false, not an integer"),
        ("exclude = [3]", "must be a string or a list of strings, not an integer"),
        ("timeout = 'soon'", "is not a duration"),
        ("link_mode = 'magic'", "'magic' is not one of"),
    ],
)
def test_wrong_values_in_the_configuration_file_are_one_clear_error(tmp_path: Path, line: str, message: str) -> None:
    configure(tmp_path, f"[default.build.parameters]\n{line}\n")
    with pytest.raises(InputError) as caught:
        settings(tmp_path)
    assert message in caught.value.message
    assert line.partition(" ")[0] in caught.value.message
    assert ("file", f"{tmp_path}/samconfig.toml") in caught.value.rows
    assert caught.value.exit_code == 2


def test_keys_of_other_commands_are_ignored(tmp_path: Path) -> None:
    configure(tmp_path, "[default.global.parameters]\nstack_name = 'x'\nresources = ['a']\nhelp = true\n")
    assert settings(tmp_path).options.resources == ()


@pytest.mark.parametrize(
    ("text", "exclude"), [("exclude = 'A'", ("A",)), ("exclude = ['A', 'B']", ("A", "B")), ("exclude = []", ())]
)
def test_a_repeatable_option_takes_one_value_or_a_list(tmp_path: Path, text: str, exclude: tuple[str, ...]) -> None:
    configure(tmp_path, f"[default.build.parameters]\n{text}\n")
    assert settings(tmp_path).options.exclude == exclude


def test_a_path_with_a_nul_character_is_refused(tmp_path: Path) -> None:
    configure(tmp_path, '[default.build.parameters]\nbuild_dir = "a\\u0000b"\n')
    with pytest.raises(InputError, match="build_dir in the configuration file is wrong: it holds a NUL character"):
        settings(tmp_path)


def test_numbers_and_booleans_may_be_written_as_strings(tmp_path: Path) -> None:
    configure(tmp_path, "[default.build.parameters]\njobs = '3'\nkeep_going = 'true'\ncache_size = 4096\n")
    options = settings(tmp_path).options
    assert (options.jobs, options.keep_going, options.cache_size_bytes) == (3, True, 4096)


def test_template_file_is_stronger_than_its_alias(tmp_path: Path) -> None:
    configure(tmp_path, "[default.build.parameters]\ntemplate_file = 'a.yaml'\ntemplate = 'b.yaml'\n")
    assert settings(tmp_path).options.template == f"{tmp_path}/a.yaml"
