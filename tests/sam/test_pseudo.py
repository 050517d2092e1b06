from __future__ import annotations

import pytest

from engine.sam.pseudo import DEFAULTS, NAMES, partition, zones


def test_defaults_are_those_of_sam() -> None:
    assert DEFAULTS["AWS::AccountId"] == "123456789012"
    assert DEFAULTS["AWS::StackName"] == "local"
    assert DEFAULTS.keys() < NAMES


@pytest.mark.parametrize(
    ("region", "names"), [("us-west-1", ["us-west-1b", "us-west-1c"]), ("cn-north-1", []), ("mars-1", None)]
)
def test_zones(region: str, names: list[str] | None) -> None:
    assert zones(region) == names


@pytest.mark.parametrize(
    ("region", "name"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_partition(region: str, name: str) -> None:
    assert partition(region) == name
