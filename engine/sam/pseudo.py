"""Pseudo parameters and regions as `sam build` knows them without an account."""

from __future__ import annotations

DEFAULTS: dict[str, object] = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::StackName": "local",
    "AWS::StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/local/51af3dc0-da77-11e4-872e-1234567db123",
    "AWS::URLSuffix": "localhost",
}
"""Values that neither the template nor the command line gave."""

NO_VALUE = "AWS::NoValue"

NAMES = frozenset({*DEFAULTS, NO_VALUE, "AWS::NotificationARNs"})
"""Every pseudo parameter of CloudFormation."""

_ZONES = {
    "us-east-1": "abcdef",
    "us-west-1": "bc",
    "eu-north-1": "abc",
    "ap-northeast-3": "a",
    "ap-northeast-2": "abc",
    "ap-northeast-1": "acd",
    "sa-east-1": "ac",
    "ap-southeast-1": "abc",
    "ca-central-1": "ab",
    "ap-southeast-2": "abc",
    "us-west-2": "abcd",
    "us-east-2": "abc",
    "ap-south-1": "abc",
    "eu-central-1": "abc",
    "eu-west-1": "abc",
    "eu-west-2": "abc",
    "eu-west-3": "abc",
    "cn-north-1": "",
    "us-gov-west-1": "",
}


def zones(region: str) -> list[object] | None:
    """Availability zones that `Fn::GetAZs` gives for `region`; None for a region that sam does not know."""
    letters = _ZONES.get(region)
    return None if letters is None else [region + letter for letter in letters]


def partition(region: str) -> str:
    """The partition of an ARN in `region`."""
    if "cn" in region:
        return "aws-cn"
    return "aws-us-gov" if "gov" in region else "aws"
