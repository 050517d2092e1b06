"""Which builder sam would choose for a resource: make, another one, or none."""

from __future__ import annotations

from difflib import get_close_matches
from typing import NamedTuple

_BAD_RUNTIME = "UnsupportedRuntimeException"
_BAD_BUILDER = "UnsupportedBuilderException"

_MAKE_RUNTIMES = ("provided", "provided.al2", "provided.al2023")

_BUILDER_BY_METHOD = {
    "makefile": "make",
    "dotnet": "dotnet",
    "dotnet7": "dotnet",
    "rust-cargolambda": "cargo-lambda",
    "python-uv": "uv",
    "esbuild": "esbuild",
}

_BUILDER_BY_RUNTIME = {
    **dict.fromkeys((f"python3.{minor}" for minor in range(8, 15)), "python"),
    **dict.fromkeys((f"nodejs{major}.x" for major in (16, 18, 20, 22, 24)), "nodejs"),
    **dict.fromkeys(("ruby3.2", "ruby3.3", "ruby3.4", "ruby4.0"), "ruby"),
    **dict.fromkeys(("dotnet6", "dotnet8", "dotnet10"), "dotnet"),
    "go1.x": "go",
    **dict.fromkeys(("java8.al2", "java8.al2023", "java11", "java11.al2023", "java17", "java17.al2023"), "java"),
    **dict.fromkeys(("java21", "java25"), "java"),
    **dict.fromkeys(_MAKE_RUNTIMES, "make"),
}

_DEPRECATED_RUNTIMES = frozenset(
    {
        *("nodejs4.3", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x"),
        *("dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "java8"),
        *("python2.7", "python3.6", "python3.7", "ruby2.5", "ruby2.7"),
    }
)


class Obstacle(NamedTuple):
    """Why make does not build a resource."""

    reason: str
    """In sam's words where it refuses the resource too."""
    sam_type: str | None = None
    """sam's error where it refuses the resource too."""
    meant: str | None = None
    """A BuildMethod that is spelt nearly like the given one."""


def function_obstacle(runtime: object, method: object) -> Obstacle | None:
    """Why make does not build a function; None where make does.

    `runtime` and `method` are the function's `Runtime` and `Metadata.BuildMethod` after evaluation. Source of the
    rules: sam-cli's workflow selection; a deprecated or unknown runtime is refused whatever the build method is.
    """
    if not isinstance(runtime, str | None):
        return Obstacle("its Runtime is not known before deployment")
    if runtime in _DEPRECATED_RUNTIMES:
        return Obstacle(f"Building functions with {runtime} is no longer supported", _BAD_RUNTIME)
    if runtime and runtime not in _BUILDER_BY_RUNTIME:
        return Obstacle(f"'{runtime}' runtime is not supported", _BAD_RUNTIME)
    if method:
        return _method_obstacle(method)
    if not runtime:
        return Obstacle("it has neither Runtime nor Metadata.BuildMethod")
    builder = _BUILDER_BY_RUNTIME[runtime]
    return None if builder == "make" else Obstacle(f"Runtime {runtime} needs the {builder} builder")


def layer_obstacle(method: object) -> Obstacle | None:
    """Why make does not build a layer with this `Metadata.BuildMethod`; None where make does."""
    if method == "makefile":
        return None
    if isinstance(method, str) and (method in _MAKE_RUNTIMES or method == "go1.x"):
        return Obstacle(f"'{method}' runtime is not supported for layers", _BAD_RUNTIME)
    return _method_obstacle(method)


def _method_obstacle(method: object) -> Obstacle | None:
    if not isinstance(method, str):
        return Obstacle("its Metadata.BuildMethod is not known before deployment")
    builder = _BUILDER_BY_METHOD.get(method) or _BUILDER_BY_RUNTIME.get(method)
    if builder == "make":
        return None
    if builder is not None:
        return Obstacle(f"BuildMethod {method} needs the {builder} builder")
    near = get_close_matches(method.lower(), [*_BUILDER_BY_METHOD, *_BUILDER_BY_RUNTIME], 1)
    return Obstacle(f"'{method}' does not have a supported builder", _BAD_BUILDER, near[0] if near else None)
