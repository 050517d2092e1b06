"""The options of `engine build` by section: those of `sam build` with their names and short forms, and ours."""

from __future__ import annotations

import click

from engine.cli.quantity import duration, size
from engine.cli.resources import complete_resources

_MOUNT_MODE = click.Choice(["READ", "WRITE"], case_sensitive=False)

Section = tuple[str, list[click.Option]]


def sections() -> list[Section]:
    """Return new options, grouped under the headings of the help text.

    No option has a default here: what is not given on the command line or in the environment comes from samconfig
    or from ``engine.cli.settings``.
    """
    return [
        ("Template", _template()),
        ("What to build", _selection()),
        ("How to build", _strategy()),
        ("Cache", _cache()),
        ("Output", _output()),
        ("Configuration", _configuration()),
        ("Accepted for compatibility with sam build", _compatibility()),
    ]


def _text(*names: str, metavar: str = "TEXT", about: str, envvar: str | None = None) -> click.Option:
    return click.Option(list(names), metavar=metavar, help=about, envvar=envvar)


def _switch(names: str, *short: str, about: str | None = None) -> click.Option:
    return click.Option([names, *short], is_flag=True, default=None, help=about)


def _template() -> list[click.Option]:
    return [
        _text(
            *("--template-file", "--template", "-t"),
            metavar="PATH",
            envvar="SAM_TEMPLATE_FILE",
            about="AWS SAM template. [default: template.yaml, .yml or .json]",
        ),
        click.Option(
            ["--parameter-overrides"],
            multiple=True,
            metavar="KEY=VALUE...",
            help="Values of template parameters: KEY=VALUE, ParameterKey=KEY,ParameterValue=VALUE or file://PATH.",
        ),
        _switch(
            "--language-extensions/--no-language-extensions",
            about="Expand AWS::LanguageExtensions (Fn::ForEach and others). "
            "Also SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS=1. [default: off]",
        ),
        _text("--region", metavar="REGION", about="Value of AWS::Region. [default: us-east-1]"),
        click.Option(
            ["--base-dir", "-s"],
            type=click.Path(file_okay=False),
            metavar="DIR",
            help="Resolve the paths of sources against this directory.",
        ),
    ]


def _selection() -> list[click.Option]:
    return [
        click.Option(
            ["--exclude", "-x"],
            multiple=True,
            metavar="ID",
            help="Leave a resource out. Repeatable.",
            shell_complete=complete_resources,
        ),
        _text("--manifest", "-m", metavar="PATH", about="Makefile to use for every resource."),
        click.Option(
            ["--build-dir", "-b"],
            type=click.Path(file_okay=False, writable=True),
            metavar="DIR",
            help="Where artifacts go. [default: .aws-sam/build]",
        ),
    ]


def _strategy() -> list[click.Option]:
    return [
        click.Option(
            ["--jobs", "-j"],
            type=click.IntRange(min=1),
            metavar="N",
            help="Targets that run at once. [default: usable cores]",
        ),
        _switch(
            "--jobserver/--no-jobserver",
            about="Share the jobs with cargo, with the make of targets that declare Parallel, and with an outer make. "
            "[default: on]",
        ),
        click.Option(
            ["--memory-limit"],
            type=size,
            metavar="SIZE",
            help="Memory of what runs at once, by the peaks of former runs. [default: what is available]",
        ),
        _switch("--keep-going/--no-keep-going", "-k", about="After a failure, build what does not depend on it."),
        click.Option(["--timeout"], type=duration, metavar="DURATION", help="Limit of each target: 90, 90s, 5m."),
        click.Option(
            ["--sandbox"],
            type=click.Choice(["auto", "on", "off"]),
            envvar="ENGINE_SANDBOX",
            help="Hide from make what is not declared, by bubblewrap; auto: where it works. [default: off]",
        ),
        _switch(
            "--build-in-source/--no-build-in-source",
            about="Run make in the source folder instead of in a private copy. [default: off]",
        ),
    ]


def _cache() -> list[click.Option]:
    return [
        _switch(
            "--cached/--no-cached",
            "-c",
            about="Reuse what was built before; --no-cached runs every target and records it anew. [default: on]",
        ),
        _text(
            *("--cache-dir", "-cd"),
            metavar="DIR",
            envvar="ENGINE_CACHE_DIR",
            about="Folder of the store. [default: in the user's cache folder, shared by all projects]",
        ),
        click.Option(["--cache-size"], type=size, metavar="SIZE", help="Limit of the store. [default: 10GiB]"),
        click.Option(
            ["--link-mode"],
            type=click.Choice(["clone", "copy", "hardlink", "symlink"]),
            help="How artifacts leave the store; clone falls back to copy. [default: clone]",
        ),
    ]


def _output() -> list[click.Option]:
    return [
        click.Option(["--output"], type=click.Choice(["text", "json"]), help="Form of the result. [default: text]"),
        click.Option(
            ["--log-output"],
            type=click.Choice(["all", "failed", "none"]),
            help="Whose make output is shown; every log is kept in a file. [default: failed]",
        ),
        _switch("--explain/--no-explain", about="Show for each target why it was built or not."),
        _switch("--color/--no-color", about="Colors. Also NO_COLOR, FORCE_COLOR. [default: on a terminal]"),
        click.Option(["--debug"], is_flag=True, default=None, envvar="SAM_DEBUG", help="Show tracebacks."),
    ]


def _configuration() -> list[click.Option]:
    return [
        _text("--config-file", metavar="PATH", about="Configuration file. [default: samconfig.toml, .yaml or .yml]"),
        _text("--config-env", metavar="NAME", about="Environment in the configuration file. [default: default]"),
    ]


def _compatibility() -> list[click.Option]:
    return [
        _switch("--parallel", "-p", about="No effect: targets always run in parallel; see --jobs."),
        _text("--profile", about="No effect: a build needs no credentials."),
        _switch("--beta-features/--no-beta-features", about="No effect."),
        _switch("--save-params", about="No effect: the configuration file is only read."),
        *_container(),
        *_hook(),
    ]


def _container() -> list[click.Option]:
    no_effect = "No effect: no containers are used."
    return [
        _switch("--use-container/--no-use-container", "-u", about="Not supported: ends with an error."),
        click.Option(["--build-image", "-bi"], multiple=True, metavar="IMAGE", help="Not supported."),
        _switch("--use-buildkit/--no-use-buildkit", about=no_effect),
        click.Option(["--container-env-var", "-e"], multiple=True, metavar="NAME=VALUE", help="Not supported."),
        _text("--container-env-var-file", "-ef", metavar="PATH", about="Not supported."),
        click.Option(["--mount-with", "-mw"], type=_MOUNT_MODE, help="Not supported."),
        _switch("--mount-symlinks/--no-mount-symlinks", about=no_effect),
        click.Option(["--skip-pull-image"], is_flag=True, default=None, envvar="SAM_SKIP_PULL_IMAGE", help=no_effect),
        _text("--docker-network", envvar="SAM_DOCKER_NETWORK", about=no_effect),
    ]


def _hook() -> list[click.Option]:
    return [
        _text("--hook-name", about="Not supported."),
        _switch("--skip-prepare-infra/--prepare-infra", about="Not supported."),
        _text("--terraform-project-root-path", metavar="PATH", about="Not supported."),
    ]
