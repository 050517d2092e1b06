"""The Rust example: its bootstrap beside a runtime API."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.examples.project import Project, copy_example
from tests.examples.runtime_api import custom_runtime

_MUSL = "x86_64-unknown-linux-musl"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_example("rust-function", tmp_path_factory.mktemp("rust"))


@pytest.fixture(scope="module")
def build_log(project: Project) -> str:
    return project.build("--log-output", "all").stderr


def _musl_is_installed() -> bool:
    command = ["rustc", "--print", "target-libdir", "--target", _MUSL]
    return Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()).is_dir()


def test_two_builds_leave_the_same(project: Project, build_log: str) -> None:
    assert project.differences() == []


def test_the_bootstrap_answers_events(project: Project, build_log: str) -> None:
    with custom_runtime(project.build_dir / "GreeterFunction" / "bootstrap") as api:
        for event in ({"name": "Ada"}, ["ü", 'a "quoted" word'], {"long": "x" * 100_000}):
            reply = api.invoke(json.dumps(event).encode())
            assert reply.outcome == "response"
            assert json.loads(reply.body) == {"greeting": "Hello from Rust", "event": event}


def test_the_bootstrap_reads_chunked_events(project: Project, build_log: str) -> None:
    with custom_runtime(project.build_dir / "GreeterFunction" / "bootstrap") as api:
        assert json.loads(api.invoke(b'{"a": 1}', chunked=True).body)["event"] == {"a": 1}


def test_an_event_that_is_no_text_is_reported_and_the_next_one_answered(project: Project, build_log: str) -> None:
    with custom_runtime(project.build_dir / "GreeterFunction" / "bootstrap") as api:
        reply = api.invoke(b'"\xff"')
        assert reply.outcome == "error"
        assert json.loads(reply.body)["errorType"] == "InvalidEvent"
        assert api.invoke(b"1").outcome == "response"


def test_only_the_bootstrap_is_left(project: Project, build_log: str) -> None:
    assert [path.name for path in (project.build_dir / "GreeterFunction").iterdir()] == ["bootstrap"]


def test_building_for_the_host_is_said(build_log: str) -> None:
    assert (f"{_MUSL} is not installed" in build_log) is not _musl_is_installed()
