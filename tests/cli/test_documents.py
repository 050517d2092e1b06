from __future__ import annotations

import json
from typing import Any

from engine.build.outcome import BuildOutcome, ResourceRow
from engine.cli.documents import error_document, outcome_document
from engine.errors import InputError
from engine.run.events import Failure, State, TargetResult

LAYER = ResourceRow("L", "L", "layer", "Zip", None, "x86_64", ("python3.11",))
FUNCTION = ResourceRow("MyFn", "Fn", "function", "Zip", "provided.al2023", "arm64", ())


def outcome(*results: TargetResult, interrupted: bool = False) -> BuildOutcome:
    return BuildOutcome("/app/b", "/app/b/template.yaml", (LAYER, FUNCTION), results, 1.23456, interrupted)


def document(value: BuildOutcome) -> dict[str, Any]:
    text = outcome_document(value)
    assert "\n" not in text
    loaded: dict[str, Any] = json.loads(text)
    return loaded


BUILT = TargetResult("Fn", State.BUILT, "ab12", 1.00049, 0.0, ("src/app.py changed",), "/log")
RESTORED = TargetResult("L", State.RESTORED, "cd34", 0.01, 7.5, (), None)
FAILED = TargetResult("Fn", State.FAILED, "ab12", 1.0, 0.0, ("never built",), "/log", Failure("Make Failed: x", 2))


def test_success_has_the_fields_of_sam_and_ours() -> None:
    assert document(outcome(RESTORED, BUILT)) == {
        "type": "result",
        "status": "success",
        "build_dir": "/app/b",
        "template_file": "/app/b/template.yaml",
        "resources": [
            {
                "resource_id": "MyFn",
                "type": "function",
                "package_type": "Zip",
                "runtime": "provided.al2023",
                "architecture": "arm64",
                "state": "built",
                "key": "ab12",
                "seconds": 1.0,
                "because": ["src/app.py changed"],
            },
            {
                "resource_id": "L",
                "type": "layer",
                "compatible_runtimes": ["python3.11"],
                "state": "restored",
                "key": "cd34",
                "seconds": 0.01,
                "because": [],
            },
        ],
        "summary": {
            "built": 1,
            "restored": 1,
            "up_to_date": 0,
            "failed": 0,
            "skipped": 0,
            "seconds": 1.235,
            "saved_seconds": 7.5,
        },
    }


def test_failure_names_the_type_the_message_and_what_failed() -> None:
    value = document(outcome(RESTORED, FAILED))
    assert value["status"] == "failure"
    assert value["error"] == {"type": "WorkflowFailedError", "message": "Make Failed: x", "resources": ["MyFn"]}
    assert [row["state"] for row in value["resources"]] == ["failed", "restored"]
    assert value["summary"]["failed"] == 1
    assert "template_file" not in value


def test_an_interrupted_build_is_a_failure() -> None:
    error = document(outcome(RESTORED, interrupted=True))["error"]
    assert error == {"type": "Interrupted", "message": "The build was interrupted", "resources": None}


def test_resources_without_a_result_are_listed_all_the_same() -> None:
    rows = document(outcome(BUILT, interrupted=True))["resources"]
    assert rows[1] == {"resource_id": "L", "type": "layer", "compatible_runtimes": ["python3.11"]}


def test_an_error_before_the_build() -> None:
    assert json.loads(error_document(InputError("no template"))) == {
        "type": "result",
        "status": "failure",
        "error": {"type": "InputError", "message": "no template", "resources": None},
    }


def test_an_error_that_sam_has_a_name_for() -> None:
    named = InputError("no", sam_type="ResourceNotFound", resources=("Fn",))
    assert json.loads(error_document(named))["error"] == {
        "type": "ResourceNotFound",
        "message": "no",
        "resources": ["Fn"],
    }


def test_names_that_are_not_text_are_still_json() -> None:
    odd = TargetResult("Fn", State.BUILT, None, 0.0, 0.0, ("src/caf\udce9 changed",), None)
    assert document(outcome(odd))["resources"][0]["because"] == ["src/caf\udce9 changed"]


def test_what_is_known_not_to_be_reproducible() -> None:
    rows = document(outcome(BUILT._replace(differs="app.zip (time stamp)"), RESTORED))["resources"]
    assert [row.get("differs") for row in rows] == ["app.zip (time stamp)", None]
    assert "differs" not in rows[1]
