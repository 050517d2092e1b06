from __future__ import annotations

import pytest

from engine.sam.remote_code import elsewhere
from engine.sam.stack import Resource

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com/name:tag"
Table = dict[object, object]
FUNCTION, LAMBDA = "AWS::Serverless::Function", "AWS::Lambda::Function"


def warning(kind: str, properties: Table, package: str = "Zip", metadata: Table | None = None) -> str | None:
    code = "CodeUri" if kind == FUNCTION else "Code"
    return elsewhere(Resource("Fn", "Fn", kind, properties, metadata or {}), code, package)


@pytest.mark.parametrize("code", ["s3://b/k", {"S3Bucket": "b"}, {"Bucket": "b"}])
def test_code_in_s3(code: object) -> None:
    assert warning(FUNCTION, {"CodeUri": code}) == (
        f"The resource {FUNCTION} 'Fn' has specified S3 location for CodeUri. "
        "It will not be built and SAM CLI does not support invoking it locally."
    )


@pytest.mark.parametrize("code", ["src", {"Ref": "P"}, None, 5])
def test_code_that_is_here(code: object) -> None:
    assert warning(FUNCTION, {"CodeUri": code}) is None


@pytest.mark.parametrize("image", [ECR, "localhost:5000/x", "127.0.0.1/x"])
def test_image_in_a_registry(image: str) -> None:
    assert "ECR registry image for ImageUri" in str(warning(FUNCTION, {"ImageUri": image}, "Image"))
    assert "ECR registry image for Code" in str(warning(LAMBDA, {"Code": {"ImageUri": image}}, "Image"))
    assert "ECR registry image for Code" in str(warning(LAMBDA, {"Code": image}, "Image"))


def test_image_that_is_built_or_named_otherwise() -> None:
    assert warning(FUNCTION, {"ImageUri": ECR}, "Image", {"DockerContext": "ctx"}) is None
    assert warning(FUNCTION, {"ImageUri": "name:tag"}, "Image") is None
    assert warning(FUNCTION, {"ImageUri": [ECR]}, "Image") is None
