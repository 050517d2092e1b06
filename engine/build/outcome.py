"""What a build came to: a value that the command line renders and exits with."""

from __future__ import annotations

from typing import NamedTuple

from engine.run.events import State, TargetResult


class ResourceRow(NamedTuple):
    """One built resource as sam's json document lists it."""

    resource_id: str
    target: str
    """Full path."""
    kind: str
    """`function` or `layer`."""
    package_type: str
    runtime: str | None
    architecture: str
    compatible_runtimes: tuple[str, ...]


class BuildOutcome(NamedTuple):
    """Everything that is to be told at the end of a build."""

    build_dir: str
    template_file: str
    resources: tuple[ResourceRow, ...]
    """The selected resources in template order."""
    results: tuple[TargetResult, ...]
    """One row for each selected target, in template order."""
    seconds: float
    interrupted: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether every selected target has its artifact and the output template is written."""
        return not self.interrupted and all(r.state not in (State.FAILED, State.SKIPPED) for r in self.results)

    def count(self, state: State) -> int:
        """How many targets ended in `state`."""
        return sum(result.state is state for result in self.results)

    @property
    def saved_seconds(self) -> float:
        """Time in make that this build did not spend, in seconds."""
        return sum(result.saved_seconds for result in self.results)
