from __future__ import annotations

from pathlib import Path

import click
import pytest

from engine.errors import InputError
from tests.cli.command_line import configure, settings


@pytest.mark.parametrize(
    "args",
    [["--use-container"], ["-u"], ["-u", "-bi", "image"], ["--hook-name", "terraform"], ["--skip-prepare-infra"]],
)
def test_what_needs_another_builder_is_refused(tmp_path: Path, args: list[str]) -> None:
    with pytest.raises(InputError, match="is not supported") as caught:
        settings(tmp_path, *args)
    assert "sam build" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("args", "option"),
    [
        (["-e", "A=B"], "--container-env-var"),
        (["-ef", "env.json"], "--container-env-var-file"),
        (["-bi", "image"], "--build-image"),
        (["-mw", "write"], "--mount-with"),
    ],
)
def test_what_belongs_to_containers_is_a_usage_error_without_one(tmp_path: Path, args: list[str], option: str) -> None:
    with pytest.raises(
        click.UsageError, match=f"need the --use-container flag in order to use {option} flag"
    ) as caught:
        settings(tmp_path, *args)
    assert caught.value.exit_code == 2


def test_what_belongs_to_containers_means_nothing_in_the_configuration_file(tmp_path: Path) -> None:
    configure(tmp_path, "[default.build.parameters]\nmount_with = 'WRITE'\ncontainer_env_var = ['A=B']\n")
    assert settings(tmp_path).notes == ()
    assert settings(tmp_path, "--no-use-container", "-e", "A=B").notes == ()


def test_a_refused_setting_of_the_configuration_file_is_named_and_can_be_overridden(tmp_path: Path) -> None:
    configure(tmp_path, "[default.build.parameters]\nuse_container = true\n")
    with pytest.raises(InputError) as caught:
        settings(tmp_path)
    assert caught.value.rows == (("set by", "use_container in the configuration file"),)
    assert settings(tmp_path, "--no-use-container").notes == ()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--cached"], "--cached has no effect"),
        (["-c"], "--cached has no effect"),
        (["-p"], "--parallel has no effect"),
        (["--profile", "me"], "--profile has no effect"),
        (["--beta-features"], "--beta-features has no effect"),
        (["--save-params"], "--save-params has no effect"),
        (["--use-buildkit"], "--use-buildkit has no effect"),
        (["--mount-symlinks"], "--mount-symlinks has no effect"),
        (["--skip-pull-image"], "--skip-pull-image has no effect"),
        (["--docker-network", "n"], "--docker-network has no effect"),
    ],
)
def test_what_has_no_effect_says_so_in_one_line(tmp_path: Path, args: list[str], words: str) -> None:
    (note,) = settings(tmp_path, *args).notes
    assert note.startswith(words)


@pytest.mark.parametrize("args", [["--no-cached"], ["--no-beta-features"], ["--no-use-container"], ["--prepare-infra"]])
def test_what_is_as_it_is_needs_no_note(tmp_path: Path, args: list[str]) -> None:
    assert settings(tmp_path, *args).notes == ()
