from __future__ import annotations

import click
import pytest

from engine.cli.flags import sections

SAM = """
--template-file --template -t --parameter-overrides --language-extensions/--no-language-extensions --region --profile
--parallel -p --exclude -x --manifest -m --cached/--no-cached -c --build-in-source/--no-build-in-source
--use-container/--no-use-container -u --use-buildkit/--no-use-buildkit --container-env-var -e --container-env-var-file
-ef --build-image -bi --mount-with -mw --skip-pull-image --docker-network --mount-symlinks/--no-mount-symlinks
--build-dir -b --cache-dir -cd --base-dir -s --output --hook-name --skip-prepare-infra/--prepare-infra --config-env
--config-file --save-params --terraform-project-root-path --beta-features/--no-beta-features --debug
"""


def options() -> list[click.Option]:
    return [option for _, group in sections() for option in group]


@pytest.mark.parametrize("name", SAM.replace("/", " ").split())
def test_every_option_of_sam_build_is_known(name: str) -> None:
    assert [option.name for option in options() if name in (*option.opts, *option.secondary_opts)]


def test_no_name_is_used_twice() -> None:
    names = [name for option in options() for name in (*option.opts, *option.secondary_opts)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("option", options(), ids=lambda option: str(option.name))
def test_every_option_says_what_it_does(option: click.Option) -> None:
    assert option.help and option.help.endswith((".", "]"))


def test_options_are_new_each_time() -> None:
    assert sections()[0][1][0] is not sections()[0][1][0]
