from __future__ import annotations

import pytest

from engine.sam.workflow import Obstacle, function_obstacle, layer_obstacle

RUNTIME, BUILDER = "UnsupportedRuntimeException", "UnsupportedBuilderException"


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
    ("runtime", "method", "obstacle"),
    [
        ("python3.12", None, Obstacle("Runtime python3.12 needs the python builder")),
        ("provided", "esbuild", Obstacle("BuildMethod esbuild needs the esbuild builder")),
        ("provided", "python3.12", Obstacle("BuildMethod python3.12 needs the python builder")),
        ("nodejs14.x", "makefile", Obstacle("Building functions with nodejs14.x is no longer supported", RUNTIME)),
        ("python9.9", "makefile", Obstacle("'python9.9' runtime is not supported", RUNTIME)),
        ("provided", "Makefile", Obstacle("'Makefile' does not have a supported builder", BUILDER, "makefile")),
        ("provided", "zzz", Obstacle("'zzz' does not have a supported builder", BUILDER)),
        (None, None, Obstacle("it has neither Runtime nor Metadata.BuildMethod")),
        ({"Ref": "R"}, "makefile", Obstacle("its Runtime is not known before deployment")),
        ("provided", {"Ref": "R"}, Obstacle("its Metadata.BuildMethod is not known before deployment")),
    ],
)
def test_functions_that_it_does_not(runtime: object, method: object, obstacle: Obstacle) -> None:
    assert function_obstacle(runtime, method) == obstacle


@pytest.mark.parametrize(
    ("method", "obstacle"),
    [
        ("makefile", None),
        ("provided.al2", Obstacle("'provided.al2' runtime is not supported for layers", RUNTIME)),
        ("nodejs20.x", Obstacle("BuildMethod nodejs20.x needs the nodejs builder")),
        ("Makefile", Obstacle("'Makefile' does not have a supported builder", BUILDER, "makefile")),
    ],
)
def test_layers(method: object, obstacle: Obstacle | None) -> None:
    assert layer_obstacle(method) == obstacle
