from __future__ import annotations

import pytest

from engine.sam.workflow import function_obstacle, layer_obstacle


@pytest.mark.parametrize(
    ("runtime", "method"),
    [
        ("provided", None),
        ("provided.al2", ""),
        ("provided.al2023", "makefile"),
        ("python3.12", "makefile"),
        ("python3.12", "provided"),
        (None, "makefile"),
    ],
)
def test_functions_that_make_builds(runtime: object, method: object) -> None:
    assert function_obstacle(runtime, method) is None


@pytest.mark.parametrize(
    ("runtime", "method", "reason"),
    [
        ("python3.12", None, "Runtime python3.12 needs the python builder"),
        ("provided", "esbuild", "BuildMethod esbuild needs the esbuild builder"),
        ("provided", "python3.12", "BuildMethod python3.12 needs the python builder"),
        ("nodejs14.x", "makefile", "Building functions with nodejs14.x is no longer supported"),
        ("python9.9", "makefile", "'python9.9' runtime is not supported"),
        ("provided", "Makefile", "'Makefile' does not have a supported builder (is 'makefile' meant?)"),
        ("provided", "zzz", "'zzz' does not have a supported builder"),
        (None, None, "it has neither Runtime nor Metadata.BuildMethod"),
        ({"Ref": "R"}, "makefile", "its Runtime is not known before deployment"),
        ("provided", {"Ref": "R"}, "its Metadata.BuildMethod is not known before deployment"),
    ],
)
def test_functions_that_it_does_not(runtime: object, method: object, reason: str) -> None:
    assert function_obstacle(runtime, method) == reason


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("makefile", None),
        ("provided.al2", "'provided.al2' runtime is not supported for layers"),
        ("nodejs20.x", "BuildMethod nodejs20.x needs the nodejs builder"),
        ("Makefile", "'Makefile' does not have a supported builder (is 'makefile' meant?)"),
    ],
)
def test_layers(method: object, reason: str | None) -> None:
    assert layer_obstacle(method) == reason
