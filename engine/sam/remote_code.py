"""Code that lies in S3 or in an image registry: sam passes such resources over with a warning."""

from __future__ import annotations

import re

from engine.sam.stack import Resource

_ECR = re.compile(
    r"(?:[a-zA-Z0-9][\w-]*\.dkr\.ecr\.[a-zA-Z0-9][\w-]*\.amazonaws\.com(?:\.cn)?"
    r"|localhost(?::\d{1,5})?|127\.0\.0\.1(?::\d{1,5})?)/"
)


def elsewhere(resource: Resource, code_property: str, package_type: object) -> str | None:
    """The warning about a function or layer whose code is not here, in sam's words; None where it is."""
    if package_type == "Zip" and _is_s3(resource.properties.get(code_property)):
        what, where = "S3 location", code_property
    elif package_type == "Image" and _is_in_registry(resource):
        what, where = "ECR registry image", "Code" if resource.type == "AWS::Lambda::Function" else "ImageUri"
    else:
        return None
    return (
        f"The resource {resource.type} '{resource.logical_id}' has specified {what} for {where}. "
        "It will not be built and SAM CLI does not support invoking it locally."
    )


def _is_s3(code: object) -> bool:
    if isinstance(code, dict):
        return "S3Bucket" in code or "Bucket" in code
    return isinstance(code, str) and code.startswith("s3://")


def _is_in_registry(resource: Resource) -> bool:
    if resource.type == "AWS::Lambda::Function":
        code = resource.properties.get("Code")
        image = code.get("ImageUri") if isinstance(code, dict) else code
    else:
        image = resource.properties.get("ImageUri")
    return isinstance(image, str) and bool(_ECR.match(image)) and not resource.metadata.get("DockerContext")
