from __future__ import annotations

from pathlib import Path

import click
import pytest

from engine.errors import InputError
from engine.run.cores import usable_cores
from tests.cli.command_line import configure, settings


def test_defaults(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").touch()
    resolved = settings(tmp_path)
    options = resolved.options
    assert options.template == f"{tmp_path}/template.yaml"
    assert options.cwd == str(tmp_path)
    assert options.build_dir == f"{tmp_path}/.aws-sam/build"
    assert options.cache_dir.startswith("/users/me/.cache/")
    assert (options.base_dir, options.manifest, options.region, options.timeout_s) == (None, None, None, None)
    assert (options.resources, options.exclude, options.parameter_overrides) == ((), (), ())
    assert not (options.language_extensions or options.build_in_source or options.keep_going)
    assert options.jobs == usable_cores()
    assert options.use_cache and options.jobserver
    assert options.cache_size_bytes == 10 * 1024**3
    assert options.memory_limit_bytes is None
    assert options.link_mode == "clone"
    assert options.sandbox == "off"
    assert resolved[1:] == ("text", False, "failed", None, ())


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["template.yaml", "template.yml", "template.json"], "template.yaml"),
        (["template.yml", "template.json"], "template.yml"),
        (["template.json"], "template.json"),
        ([], "template.yml"),
    ],
)
def test_the_template_is_searched_for_as_sam_does(tmp_path: Path, names: list[str], chosen: str) -> None:
    for name in names:
        (tmp_path / name).touch()
    assert settings(tmp_path).options.template == f"{tmp_path}/{chosen}"


@pytest.mark.parametrize("flag", ["-t", "--template", "--template-file"])
def test_paths_are_relative_to_the_working_directory(tmp_path: Path, flag: str) -> None:
    options = settings(
        tmp_path, flag, "app/t.yaml", "-s", "base", "-m", "../Makefile", "-b", "./out/", "-cd", "store"
    ).options
    assert options.template == f"{tmp_path}/app/t.yaml"
    assert options.base_dir == f"{tmp_path}/base"
    assert options.manifest == f"{tmp_path.parent}/Makefile"
    assert options.build_dir == f"{tmp_path}/out"
    assert options.cache_dir == f"{tmp_path}/store"


def test_everything_else(tmp_path: Path) -> None:
    resolved = settings(
        tmp_path,
        *("Fn", "Layer*", "-x", "A", "-x", "B", "-j", "3", "-k", "--timeout", "5m", "--no-cached"),
        *("--cache-size", "1GiB", "--link-mode", "copy", "--region", "eu-central-1", "--language-extensions"),
        *("--build-in-source", "--output", "json", "--explain", "--log-output", "all", "--no-color", "--no-jobserver"),
        *("--memory-limit", "6GiB", "--sandbox", "on"),
    )
    options = resolved.options
    assert options.resources == ("Fn", "Layer*")
    assert options.exclude == ("A", "B")
    assert (options.jobs, options.timeout_s, options.cache_size_bytes) == (3, 300.0, 1024**3)
    assert options.keep_going and options.language_extensions and options.build_in_source
    assert not (options.use_cache or options.jobserver)
    assert options.memory_limit_bytes == 6 * 1024**3
    assert options.sandbox == "on"
    assert (options.link_mode, options.region) == ("copy", "eu-central-1")
    assert resolved[1:] == ("json", True, "all", False, ())


def test_environment_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAM_TEMPLATE_FILE", "from-environment.yaml")
    monkeypatch.setenv("ENGINE_CACHE_DIR", "/stores/one")
    monkeypatch.setenv("ENGINE_SANDBOX", "auto")
    options = settings(
        tmp_path, SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS="True", AWS_REGION="eu-west-3", AWS_DEFAULT_REGION="eu-west-3"
    ).options
    assert options.template == f"{tmp_path}/from-environment.yaml"
    assert options.cache_dir == "/stores/one"
    assert options.sandbox == "auto"
    assert options.language_extensions
    assert options.region is None


def test_the_build_directory_is_where_links_lead(tmp_path: Path) -> None:
    (tmp_path / "real/inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real/inner")
    assert settings(tmp_path, "-b", "link").options.build_dir == f"{tmp_path}/real/inner"
    assert settings(tmp_path, "-b", "link/new").options.build_dir == f"{tmp_path}/real/inner/new"
    configure(tmp_path, "[default.build.parameters]\nbuild_dir = 'link/..'\n")
    assert settings(tmp_path).options.build_dir == f"{tmp_path}/real"


@pytest.mark.parametrize("option", ["--build-dir", "--base-dir"])
def test_a_file_in_place_of_a_directory_is_a_usage_error(
    option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(click.BadParameter, match="Directory 'file' is a file") as given:
        settings(tmp_path, option, "file")
    name = option.removeprefix("--").replace("-", "_")
    configure(tmp_path, f"[default.build.parameters]\n{name} = 'file'\n")
    with pytest.raises(
        InputError, match=f"{name} in the configuration file is wrong: .*'file' is a file"
    ) as configured:
        settings(tmp_path)
    assert (given.value.exit_code, configured.value.exit_code) == (2, 2)


def test_the_command_line_beats_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAM_TEMPLATE_FILE", "from-environment.yaml")
    options = settings(
        tmp_path,
        *("-t", "given.yaml", "--no-language-extensions", "--region", "eu-west-1"),
        SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS="1",
    ).options
    assert options.template == f"{tmp_path}/given.yaml"
    assert not options.language_extensions
    assert options.region == "eu-west-1"


def test_the_configuration_file_lies_beside_the_template(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    configure(tmp_path / "app", "[default.build.parameters]\njobs = 5\nexclude = 'Old'\nbuild_dir = 'out'\n")
    assert settings(tmp_path).options.jobs == usable_cores()
    options = settings(tmp_path, "-t", "app/template.yaml").options
    assert (options.jobs, options.exclude, options.build_dir) == (5, ("Old",), f"{tmp_path}/out")


def test_the_tables_of_the_configuration_file_have_an_order(tmp_path: Path) -> None:
    configure(
        tmp_path,
        "[default.global.parameters]\njobs = 1\nregion = 'eu-west-1'\nlink_mode = 'copy'\n"
        "[default.build.parameters]\njobs = 2\nregion = 'eu-west-2'\n"
        "[default.engine.parameters]\njobs = 1\n",
    )
    options = settings(tmp_path).options
    assert (options.jobs, options.region, options.link_mode) == (1, "eu-west-2", "copy")
    assert settings(tmp_path, "--jobs", "7").options.jobs == 7


def test_the_environment_beats_the_configuration_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(tmp_path, "[default.build.parameters]\ncache_dir = 'store'\n")
    assert settings(tmp_path).options.cache_dir == f"{tmp_path}/store"
    monkeypatch.setenv("ENGINE_CACHE_DIR", "/stores/one")
    assert settings(tmp_path).options.cache_dir == "/stores/one"


def test_the_sandbox_may_stand_in_either_configuration_file(tmp_path: Path) -> None:
    (tmp_path / "samconfig.yaml").write_text("version: 0.1\ndefault: {engine: {parameters: {sandbox: on}}}\n")
    assert settings(tmp_path).options.sandbox == "on"
    configure(tmp_path, "[default.engine.parameters]\nsandbox = 'auto'\n")
    assert settings(tmp_path).options.sandbox == "auto"
    assert settings(tmp_path, "--sandbox=off").options.sandbox == "off"
    configure(tmp_path, "[default.engine.parameters]\nsandbox = 'yes'\n")
    with pytest.raises(InputError, match="sandbox in the configuration file is wrong: 'yes' is not one of"):
        settings(tmp_path)


def test_another_environment_of_another_file(tmp_path: Path) -> None:
    configure(tmp_path, "[prod.build.parameters]\ntemplate = 'prod.yaml'\ntimeout = 90\n", "other.toml")
    options = settings(tmp_path, "--config-file", "other.toml", "--config-env", "prod").options
    assert (options.template, options.timeout_s) == (f"{tmp_path}/prod.yaml", 90.0)


def test_what_sam_init_writes_is_taken_in_silence(tmp_path: Path) -> None:
    configure(tmp_path, "[default.build.parameters]\ncached = true\nparallel = true\n")
    resolved = settings(tmp_path)
    assert resolved.options.use_cache
    assert resolved.notes == ()


@pytest.mark.parametrize(
    "args",
    [
        ["--parameter-overrides", "A=1", "B=2"],
        ["--parameter-overrides", "A=1 B=2"],
        ["--parameter-overrides=A=1", "B=2"],
        ["--parameter-overrides", "ParameterKey=A,ParameterValue=1", "B=2", "--explain"],
        ["--parameter-overrides", "A=1", "--parameter-overrides", "B=2"],
    ],
)
def test_parameter_overrides(tmp_path: Path, args: list[str]) -> None:
    options = settings(tmp_path, "Fn", *args).options
    assert options.parameter_overrides == (("A", "1"), ("B", "2"))
    assert options.resources == ("Fn",)


def test_parameter_overrides_of_the_configuration_file(tmp_path: Path) -> None:
    configure(tmp_path, "[default.build.parameters]\nparameter_overrides = {A = 1, B = ['x', 'y']}\n")
    assert settings(tmp_path).options.parameter_overrides == (("A", "1"), ("B", "x,y"))


def test_a_region_must_look_like_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Provided region: eu_west doesn't match a supported format"):
        settings(tmp_path, "--region", "eu_west")


@pytest.mark.parametrize(("mode", "accepted"), [("debug", True), ("", True), ("release", False)])
def test_the_build_mode_is_checked_as_in_sam(tmp_path: Path, mode: str, accepted: bool) -> None:
    if accepted:
        settings(tmp_path, SAM_BUILD_MODE=mode)
        return
    with pytest.raises(click.UsageError, match=r"invalid choice: release\. \(choose from \['debug'\]\)"):
        settings(tmp_path, SAM_BUILD_MODE=mode)
