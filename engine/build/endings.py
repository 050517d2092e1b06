"""Endings: what came of each target, remembered and told as it happens."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping

from engine.plan.trace import TargetRecord
from engine.run.artifacts import Artifacts
from engine.run.events import Failure, Reporter, State, TargetFinished, TargetResult


class Endings:
    """The results of one build's targets by full path (`ended`), and the digests that their dependents' keys name."""

    def __init__(
        self, artifacts: Artifacts, log_of: Callable[[str], str], differing: Mapping[str, str], report: Reporter
    ) -> None:
        """`log_of` gives the absolute path of a target's log, `differing` is the trace's."""
        self._artifacts = artifacts
        self._log_of = log_of
        self._differing = differing
        self._report = report
        self.digests: dict[str, str] = {}
        """Output digests of the targets that have their artifact."""
        self.ended: dict[str, TargetResult] = {}

    def up_to_date(self, name: str, record: TargetRecord, started: float) -> None:
        """A target that was left as it is."""
        self._end(name, State.UP_TO_DATE, record, started, (), None)

    def succeeded(
        self, name: str, state: State, record: TargetRecord, started: float, because: tuple[str, ...]
    ) -> None:
        """A target that was built or restored."""
        self._end(name, state, record, started, because, self.log(name))

    def _end(
        self,
        name: str,
        state: State,
        record: TargetRecord,
        started: float,
        because: tuple[str, ...],
        log: str | None,
    ) -> None:
        self.digests[name] = record.output_digest
        saved_seconds = 0.0 if state is State.BUILT else record.seconds
        seconds, differs = time.monotonic() - started, self._differing.get(record.key)
        self._finish(TargetResult(name, state, record.key, seconds, saved_seconds, because, log, None, differs))

    def failed(
        self,
        name: str,
        key: str | None,
        started: float,
        because: tuple[str, ...],
        failure: Failure,
        log: str | None = None,
    ) -> None:
        """A target that failed; `log` is what make wrote, where it ran."""
        self._artifacts.give_back(name)
        seconds = time.monotonic() - started
        self._finish(TargetResult(name, State.FAILED, key, seconds, 0.0, because, log, failure))

    def skip(self, name: str, why: str) -> None:
        """A target that is not reached."""
        self._finish(TargetResult(name, State.SKIPPED, None, 0.0, 0.0, (why,), None))

    def _finish(self, result: TargetResult) -> None:
        self.ended[result.target] = result
        self._report(TargetFinished(result))

    def log(self, name: str) -> str | None:
        """The path of a target's log, where there is one."""
        path = self._log_of(name)
        return path if os.path.exists(path) else None
