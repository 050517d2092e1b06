"""The document of `engine verify --output json` (docs/formats.md, "Verification")."""

from __future__ import annotations

import json

from engine.cli.documents import stated
from engine.run.events import Failure
from engine.verify.difference import UMASK, Difference
from engine.verify.outcome import State, Verdict, VerifyOutcome

_HEAD: dict[str, object] = {"type": "verification", "version": 1}


def verification_document(outcome: VerifyOutcome) -> str:
    """Return the document of a verification that ran to its end, well or not, as one line of JSON."""
    return json.dumps(
        {
            **_HEAD,
            "status": _status(outcome),
            "umask": f"{UMASK:04o}",
            "targets": [_target(verdict) for verdict in outcome.verdicts],
            "summary": {
                **{state.value: outcome.count(state) for state in State},
                "seconds": round(outcome.seconds, 3),
            },
        }
    )


def unverified_document(error: BaseException) -> str:
    """Return the document of a verification that never began, as one line of JSON."""
    return json.dumps({**_HEAD, "status": "error", "error": stated(error)})


def _status(outcome: VerifyOutcome) -> str:
    if outcome.interrupted:
        return "interrupted"
    if outcome.agrees:
        return State.SAME.value
    return (State.DIFFERS if outcome.count(State.DIFFERS) else State.FAILED).value


def _target(verdict: Verdict) -> dict[str, object]:
    return {
        "target": verdict.target,
        "state": verdict.state.value,
        "key": verdict.key,
        "seconds": round(verdict.seconds, 3),
        "differences": [_difference(row) for row in verdict.differences],
        "error": None if verdict.failure is None else _error(verdict.failure),
        "log": verdict.log,
    }


def _difference(row: Difference) -> dict[str, object]:
    return {**row._asdict(), "kind": row.kind.value}


def _error(failure: Failure) -> dict[str, object]:
    return {"message": failure.message, "exit_code": failure.exit_code, "hint": failure.hint}
