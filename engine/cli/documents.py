"""The documents of `--output json`: those of `sam build`, with what this engine knows besides.

Added to sam's fields are, for each resource, ``state``, ``key``, ``seconds`` and ``because``, and ``differs`` where
`engine verify` found that it is not reproducible; for a failed build the list of resources; and for both a ``summary``
of counts and seconds.
"""

from __future__ import annotations

import json

from engine.build.outcome import BuildOutcome, ResourceRow
from engine.errors import BuildError
from engine.run.events import State, TargetResult


def outcome_document(outcome: BuildOutcome) -> str:
    """Return the document of a build that ran to its end, well or not, as one line of JSON."""
    document: dict[str, object] = {"type": "result"}
    if outcome.succeeded:
        document |= {"status": "success", "build_dir": outcome.build_dir, "template_file": outcome.template_file}
    else:
        document |= {"status": "failure", "error": _failure(outcome)}
    return json.dumps({**document, "resources": _resources(outcome), "summary": _summary(outcome)})


def error_document(error: BaseException) -> str:
    """Return the document of a build that never began, as one line of JSON."""
    return json.dumps({"type": "result", "status": "failure", "error": stated(error)})


def stated(error: BaseException) -> dict[str, object]:
    """Return what documents say of an error: `type` (sam's where it has one), `message` and `resources`."""
    kind, message, resources = type(error).__name__, str(error), None
    if isinstance(error, BuildError):
        kind = error.sam_type or kind
        message = error.message
        resources = None if error.resources is None else list(error.resources)
    return {"type": kind, "message": message, "resources": resources}


def _failure(outcome: BuildOutcome) -> dict[str, object]:
    """As sam words it: the type, the first failure's message, the names of all that failed."""
    failed = [result for result in outcome.results if result.state is State.FAILED]
    if outcome.interrupted and not failed:
        return {"type": "Interrupted", "message": "The build was interrupted", "resources": None}
    messages = [result.failure.message for result in failed if result.failure is not None]
    return {
        "type": "WorkflowFailedError",
        "message": messages[0] if messages else "The build failed",
        "resources": [_identity(outcome, result) for result in failed],
    }


def _identity(outcome: BuildOutcome, result: TargetResult) -> str:
    return next((row.resource_id for row in outcome.resources if row.target == result.target), result.target)


def _resources(outcome: BuildOutcome) -> list[dict[str, object]]:
    """Functions first, then layers, as sam lists them."""
    results = {result.target: result for result in outcome.results}
    rows = sorted(outcome.resources, key=lambda row: row.kind != "function")
    return [{**_resource(row), **_telling(results.get(row.target))} for row in rows]


def _resource(row: ResourceRow) -> dict[str, object]:
    if row.kind == "layer":
        return {"resource_id": row.resource_id, "type": "layer", "compatible_runtimes": list(row.compatible_runtimes)}
    return {
        "resource_id": row.resource_id,
        "type": "function",
        "package_type": row.package_type,
        "runtime": row.runtime,
        "architecture": row.architecture,
    }


def _telling(result: TargetResult | None) -> dict[str, object]:
    if result is None:
        return {}
    return {
        "state": result.state.value,
        "key": result.key,
        "seconds": round(result.seconds, 3),
        "because": list(result.because),
        **({"differs": result.differs} if result.differs is not None else {}),
    }


def _summary(outcome: BuildOutcome) -> dict[str, object]:
    return {
        **{state.value: outcome.count(state) for state in State},
        "seconds": round(outcome.seconds, 3),
        "saved_seconds": round(outcome.saved_seconds, 3),
    }
