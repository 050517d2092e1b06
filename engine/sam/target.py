"""A target: one function or layer of the template that make builds, with all paths resolved."""

from __future__ import annotations

from typing import Literal, NamedTuple


class BuildProperties(NamedTuple):
    """What `Metadata.BuildProperties` declares for this engine; `sam build` ignores every row of it."""

    depends_on: tuple[str, ...] = ()
    """Full paths of the targets whose artifact directories are inputs."""
    inputs: tuple[str, ...] = ()
    """Globs of files read outside the code directory, relative to `inputs_base`."""
    inputs_base: str = ""
    """Absolute directory of the template that declares the target."""
    ignore: tuple[str, ...] = ()
    """gitignore patterns left out of both hash and copy."""
    environment: tuple[str, ...] = ()
    """Names or globs (`CARGO_*`) of environment variables that matter."""
    tools: tuple[str, ...] = ()
    """Command lines whose output (a version) matters."""
    parallel: bool = False
    """Whether make may run this target's recipes in parallel."""


class Target(NamedTuple):
    """One function or layer that make builds. Plain data: it is marshalled with the trace."""

    full_path: str
    """Name that is unique in the application: `[Stack/]LogicalId`, also the artifact directory below the build dir."""
    logical_id: str
    resource_id: str
    """`[Stack/]SamResourceId`: sam's own full path, the identity in `--output json`; mostly equal to `full_path`."""
    kind: Literal["function", "layer"]
    resource_type: str
    """CloudFormation type, such as `AWS::Serverless::Function`."""
    make_target: str
    """`build-<LogicalId>`."""
    code_dir: str
    """Absolute directory that make runs in a copy of (ProjectRootDirectory, else CodeUri); it may not exist."""
    makefile: str
    """Absolute path of the Makefile (`-m`, else ContextPath or the code directory)."""
    working_dir: str | None
    """Absolute `Metadata.WorkingDirectory`, None where it is not given."""
    properties: BuildProperties
    layers: tuple[str, ...]
    """Full paths of the layers of the same template that the function references (order only)."""
    share_key: str | None
    """Equal for functions that sam builds once (`provided`, no BuildMethod, same definition); None: built alone."""
    runtime: str | None
    architecture: str
    package_type: str
    compatible_runtimes: tuple[str, ...]
    function_name: str | None
    """Resolved FunctionName, which sam accepts as a resource identifier too, or LayerName."""
    template: str
    """Absolute path of the template that declares the target."""
    stack_path: str
    """`""` for the root stack, else `Child` or `Child/Grandchild`."""
    built_as: str = ""
    """Full path of the target whose make target runs for this one (`share_key`); empty: its own."""
