from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command_line import complete

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  OrdersFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: makefile}
    Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.11}
  OrdersLayer:
    Type: AWS::Serverless::LayerVersion
    Metadata: {BuildMethod: makefile}
    Properties: {ContentUri: layer}
"""


def test_resources_are_completed_from_the_template(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATE)
    assert complete("engine build -t t.yaml Orders", 4, tmp_path) == ["OrdersFunction", "OrdersLayer"]
    assert complete("engine build -t t.yaml -x OrdersL", 5, tmp_path) == ["OrdersLayer"]


@pytest.mark.parametrize("text", ["Resources: [", "", "\x00"])
def test_a_template_that_cannot_be_read_completes_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "template.yaml").write_text(text)
    assert complete("engine build Orders", 2, tmp_path) == []
